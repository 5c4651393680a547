import { expectFunction, failExpectation } from "../options/expect.ts";
import { fits } from "../options/read.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { CONTROL_CHARACTERS, LOGGER } from "../options/rules.ts";
import type { OptionShapes, TextShape, WithDefaults } from "../options/shape.ts";
import { shareAmongCopies } from "../util/copies.ts";
import { createListeners } from "../util/listeners.ts";
import type { Logger } from "../util/logger.ts";
import { createTrouble } from "../util/trouble.ts";
import { addProbeSeams } from "./seams.ts";

/** Maximum length of a probe body, in UTF-16 code units as `length` counts them. */
export const MAX_PROBE_BODY_LENGTH = 1_024;

/** The body of a commissioned probe. */
export const COMMISSIONED_BODY = "OK";

/** The options of a probe. */
export interface ProbeOptions {
  /**
   * The initial body. With any body but `"OK"`, the probe starts decommissioned.
   * @default "OK"
   */
  readonly body?: string;
  /** Logs the errors of listeners. */
  readonly logger?: Logger;
}

/** The state of a probe after a change. */
export interface ProbeChange {
  readonly body: string;
  readonly commissioned: boolean;
}

/** The switch that load balancers check. */
export interface Probe {
  /** The response body: `"OK"` while commissioned. */
  readonly body: string;
  readonly commissioned: boolean;
  /** Since when the probe has had this body. */
  readonly since: Date;
  /**
   * Takes the service out of rotation: from now on, the response is 503 with this body.
   *
   * @param body At most 1,024 characters, no control characters, not `"OK"`. Default `"OFF"`.
   * @throws TypeError for any other body; the probe then stays unchanged.
   */
  decommission(body?: string): void;
  /** Puts the service back into rotation: from now on, the response is 200 `OK`. */
  commission(): void;
  /** Calls the listener on each change of the body. Returns a function that removes the listener. */
  on(event: "change", listener: (change: ProbeChange) => void): () => void;
}

const PROBE_BODY: TextShape = {
  kind: "text",
  pattern: new RegExp(`^[^${CONTROL_CHARACTERS}]*$`, "u"),
  maxLength: MAX_PROBE_BODY_LENGTH,
  expected: `a string of at most ${MAX_PROBE_BODY_LENGTH} characters without control characters`,
};

export const PROBE_OPTIONS: OptionShapes<ProbeOptions, WithDefaults<ProbeOptions, "logger">> = {
  body: { ...PROBE_BODY, default: COMMISSIONED_BODY },
  logger: LOGGER,
};

/** Creates a probe that is independent of the default one. @throws TypeError for invalid options. */
export function createProbe(options: ProbeOptions = {}): Probe {
  const { body: firstBody, logger } = readOptions(PROBE_OPTIONS, options);

  let body = firstBody;
  let since = new Date();
  const trouble = createTrouble({ what: "a listener of the probe failed", getLogger: () => logger });
  const listeners = createListeners<ProbeChange>(trouble.failed);

  function setBody(newBody: string): void {
    if (newBody !== body) takeOver(newBody, new Date());
  }

  function takeOver(newBody: string, newSince: Date): void {
    since = newSince;
    if (newBody === body) return;
    body = newBody;
    listeners.tell({ body, commissioned: body === COMMISSIONED_BODY });
  }

  const probe: Probe = {
    get body() {
      sources.tell();
      return body;
    },
    get commissioned() {
      return probe.body === COMMISSIONED_BODY;
    },
    get since() {
      sources.tell();
      return since;
    },
    decommission(newBody = "OFF") {
      expectShape(PROBE_BODY, newBody, "body");
      if (newBody === COMMISSIONED_BODY)
        failExpectation("body", 'anything but "OK", which means commissioned', newBody);
      sources.tell();
      setBody(newBody);
    },
    commission() {
      sources.tell();
      setBody(COMMISSIONED_BODY);
    },
    on(event, listener) {
      if (event !== "change") failExpectation("event", '"change"', event);
      expectFunction("listener", listener);
      return listeners.add(listener);
    },
  };
  const { sources } = addProbeSeams(probe, takeOver);
  return probe;
}

/** The default probe of the adapters. All copies of the package in a process share it. */
export const defaultProbe: Probe = shareAmongCopies("probe", () => createProbe());

export function isProbeBody(body: unknown): body is string {
  return fits(PROBE_BODY, body);
}
