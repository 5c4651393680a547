import { workerData } from "node:worker_threads";
import type { ThreadData } from "../protocol.ts";

/** The build uses this module in place of `http/page/assets.ts`: the main thread passes its own. */
const { assets } = (workerData ?? {}) as Partial<ThreadData>;
export const PAGE_STYLE: string = assets?.PAGE_STYLE ?? "";
export const PAGE_STYLE_HASH: string = assets?.PAGE_STYLE_HASH ?? "";
export const PAGE_SCRIPT: string = assets?.PAGE_SCRIPT ?? "";
export const PAGE_SCRIPT_HASH: string = assets?.PAGE_SCRIPT_HASH ?? "";
