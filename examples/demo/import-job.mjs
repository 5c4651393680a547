import { OK, RED, StateHandler, YELLOW } from "svc-status";

const STEPS = [
  { state: YELLOW, properties: { detail: "starting" } },
  { state: OK, properties: { detail: "running", labels: { rows: 120 } } },
  { state: RED, properties: { detail: "stopped: row 121 cannot be read", labels: { rows: 120 } } },
];

/** A background job that sets its own state: it starts, runs, stops, and starts again. */
export class ImportJob extends StateHandler {
  #timer;

  start(stepMs) {
    let step = 0;
    const goOn = () => {
      const { state, properties } = STEPS[step % STEPS.length];
      this.setState(state, properties);
      step += 1;
    };
    goOn();
    // The timer does not keep the process alive.
    this.#timer = setInterval(goOn, stepMs).unref();
  }

  stop() {
    clearInterval(this.#timer);
  }
}
