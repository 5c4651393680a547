// Blocks the event loop on Bun or Deno, and prints what the check says of it.
import { createStatusRegistry } from "svc-status";
import { eventLoop } from "svc-status/checks/event-loop";

try {
  // The clock of the test: the window ends when the loop has been blocked, and not before.
  let endWindow = () => {};
  const clock = {
    startTimer(_, run) {
      endWindow = run;
      return () => {};
    },
  };
  const handler = eventLoop({ clock, percentile: 100, maxDelayMs: 60_000 });
  const registry = createStatusRegistry();
  registry.addStatusHandler("EventLoop", handler);
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const end = performance.now() + 500;
    while (performance.now() < end);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  endWindow();
  const { state, labels } = await registry.getStatus("EventLoop");
  console.log(state, Object.keys(labels).join(" "));
  handler.close();
} catch (error) {
  console.log(error.message);
}
