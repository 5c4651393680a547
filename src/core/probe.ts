import {
  expectFunction,
  expectKnownKeys,
  expectMethods,
  expectObject,
  failExpectation,
} from "../options/expect.ts";
import { shareAmongCopies } from "../util/copies.ts";
import { createListeners } from "../util/listeners.ts";
import type { Logger } from "../util/logger.ts";
import { hasControlCharacters } from "../util/text.ts";
import { createTrouble } from "../util/trouble.ts";
import { noteTakeOver, takeFromSources } from "./probe-source.ts";

/** The longest body of a probe, in UTF-16 code units as `length` counts them. */
export const MAX_PROBE_BODY_LENGTH = 1_024;

/** The body of a probe that is in service. */
export const COMMISSIONED_BODY = "OK";

/** How a probe starts. */
export interface ProbeOptions {
  /**
   * The body it starts with. Anything but `"OK"` starts it decommissioned.
   * @default "OK"
   */
  readonly body?: string;
  /** Where a listener that throws is reported. */
  readonly logger?: Logger;
}

/** What a probe says after a change. */
export interface ProbeChange {
  readonly body: string;
  readonly commissioned: boolean;
}

/** The switch that load balancers look at. */
export interface Probe {
  /** What it answers: `"OK"` while commissioned. */
  readonly body: string;
  readonly commissioned: boolean;
  /** Since when it says so. */
  readonly since: Date;
  /**
   * Takes the service out: from now on the answer is 503 with this body.
   *
   * @param body At most 1,024 characters, no control characters, not `"OK"`. Default `"OFF"`.
   * @throws TypeError for any other body; the probe is unchanged then.
   */
  decommission(body?: string): void;
  /** Puts the service in again: from now on the answer is 200 `OK`. */
  commission(): void;
  /** Tells each change of the body. Returns the function that ends it. */
  on(event: "change", listener: (change: ProbeChange) => void): () => void;
}

/** Creates a probe of its own, next to the default one. @throws TypeError for a mistake in the options. */
export function createProbe(options: ProbeOptions = {}): Probe {
  expectObject("options", options);
  expectKnownKeys("options", options, ["body", "logger"]);
  const { body: firstBody = COMMISSIONED_BODY, logger } = options;
  if (!isProbeBody(firstBody)) failExpectation("body", BODY_RULE, firstBody);
  if (logger !== undefined) expectMethods("logger", logger, ["info", "warn", "error"]);

  let body = firstBody;
  let since = new Date();
  const trouble = createTrouble({ what: "a listener of the probe threw", getLogger: () => logger });
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
      takeFromSources(probe);
      return body;
    },
    get commissioned() {
      return probe.body === COMMISSIONED_BODY;
    },
    get since() {
      takeFromSources(probe);
      return since;
    },
    decommission(newBody = "OFF") {
      if (!isProbeBody(newBody)) failExpectation("body", BODY_RULE, newBody);
      if (newBody === COMMISSIONED_BODY)
        failExpectation("body", 'anything but "OK", which means commissioned', newBody);
      takeFromSources(probe);
      setBody(newBody);
    },
    commission() {
      takeFromSources(probe);
      setBody(COMMISSIONED_BODY);
    },
    on(event, listener) {
      if (event !== "change") failExpectation("event", '"change"', event);
      expectFunction("listener", listener);
      return listeners.add(listener);
    },
  };
  noteTakeOver(probe, takeOver);
  return probe;
}

/** The probe that the adapters use by default: one for all copies of the package in a process. */
export const defaultProbe: Probe = shareAmongCopies("probe", () => createProbe());

const BODY_RULE = `a string of at most ${MAX_PROBE_BODY_LENGTH} characters without control characters`;

export function isProbeBody(body: unknown): body is string {
  return typeof body === "string" && body.length <= MAX_PROBE_BODY_LENGTH && !hasControlCharacters(body);
}
