import { setTimeout as sleep } from "node:timers/promises";
import { toDurationText } from "../../util/duration-text.ts";
import { toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { NoAnswerError } from "../client/no-answer.ts";
import { describeServiceUrl, parseServiceUrl } from "../client/service-url.ts";
import { requestStatus } from "../client/status.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import type { WATCH } from "./definition.ts";
import { createGate } from "./gate.ts";
import { createServiceView, type ServiceAnswer, type ServiceView, updateView } from "./service-view.ts";
import { watchUntilQuit } from "./until-quit.ts";

/** Maximum number of requests at a time; fewer to services that did not answer, so that others need not wait. */
export const MAX_REQUESTS = 64;
const MAX_REQUESTS_IN_VAIN = 16;

/** Polls all services, each one independently, until the user ends it. */
export async function runWatch({ operands, values, io }: Invocation<typeof WATCH>): Promise<ExitStatus> {
  const { name: names, interval, timeout, bell } = values;
  const services = operands.map(parseServiceUrl);
  const connection = toConnection(values, services);
  const views = services.map((service) => createServiceView(describeServiceUrl(service)));
  const gate = createGate(MAX_REQUESTS);
  const gateInVain = createGate(MAX_REQUESTS_IN_VAIN);

  async function requestOne(
    service: (typeof services)[number],
    index: number,
    quitting: AbortSignal,
  ): Promise<ServiceAnswer> {
    const askedAt = performance.now();
    views[index] = { ...(views[index] as ServiceView), askedAt };
    try {
      return await withinDeadline(timeout, quitting, (signal) =>
        requestStatus({ service, names, connection, signal }),
      );
    } catch (error) {
      if (error instanceof NoAnswerError) return { failure: error.message, askedAt };
      throw error;
    }
  }

  return watchUntilQuit(io, { interval: toDurationText(interval), bell }, (display, quitting) => {
    display.show(views, 0, []);
    async function watchOne(service: (typeof services)[number], index: number): Promise<void> {
      for (;;) {
        const before = views[index] as ServiceView;
        const usedGate = before.failure === undefined ? gate : gateInVain;
        const answer = await usedGate.run(() => requestOne(service, index, quitting));
        quitting.throwIfAborted();
        const { view, changes } = updateView(before, answer, performance.now(), {
          selectsNames: names.length > 0,
        });
        views[index] = view;
        display.show(views, index, changes);
        await sleep(interval, undefined, { signal: quitting });
      }
    }

    return Promise.all(services.map(watchOne));
  });
}
