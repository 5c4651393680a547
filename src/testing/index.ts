export type { StatusResponse } from "../http/message.ts";
export { type Ask, createAsk, type FakeRequest } from "./ask.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export { createFakeHandler, type FakeHandler, type FakeHandlerOptions } from "./fake-handler.ts";
export { resetDefaults } from "./reset-defaults.ts";
