import { setTimeout as sleep } from "node:timers/promises";
import { toDurationText } from "../../util/duration-text.ts";
import { toConnection } from "../client/connection.ts";
import { withinDeadline } from "../client/deadline.ts";
import { NoAnswerError } from "../client/no-answer.ts";
import { describeServiceUrl, parseServiceUrl } from "../client/service-url.ts";
import { askStatus } from "../client/status.ts";
import type { ExitStatus, Invocation } from "../command.ts";
import type { Io } from "../io.ts";
import { createPaint } from "../terminal/style.ts";
import type { WATCH } from "./definition.ts";
import { renderChange, renderScreen } from "./render.ts";
import { openScreen } from "./screen.ts";
import {
  createServiceView,
  isAlarm,
  type ServiceAnswer,
  type ServiceView,
  updateView,
  type ViewChange,
} from "./service-view.ts";

/** Shows the changes. */
interface Display {
  show(views: readonly ServiceView[], service: ServiceView, changes: readonly ViewChange[]): void;
  close(): void;
}

interface DisplayOptions {
  readonly footer: string;
  readonly bell: boolean;
  quit(): void;
}

/** Redraw interval, so that highlights end. */
const REDRAW_MS = 1_000;

/** Polls all services, each one independently, until the user ends it. */
export async function runWatch({ operands, values, io }: Invocation<typeof WATCH>): Promise<ExitStatus> {
  const { name: names, interval, timeout, bell } = values;
  const services = operands.map(parseServiceUrl);
  const connection = toConnection(values, services);
  const views = services.map((service) => createServiceView(describeServiceUrl(service)));
  const quitting = new AbortController();
  const quit = () => quitting.abort();
  io.signal.addEventListener("abort", quit);
  const footer = `every ${toDurationText(interval)}, q quits`;
  const display = io.stdout.isTTY ? createScreenDisplay(io, { footer, bell, quit }) : createLineDisplay(io);

  async function askOne(service: (typeof services)[number]): Promise<ServiceAnswer> {
    try {
      return await withinDeadline(timeout, quitting.signal, (signal) =>
        askStatus({ service, names, connection, signal }),
      );
    } catch (error) {
      if (error instanceof NoAnswerError) return { failure: error.message };
      throw error;
    }
  }

  async function watchOne(service: (typeof services)[number], index: number): Promise<void> {
    for (;;) {
      const answer = await askOne(service);
      quitting.signal.throwIfAborted();
      const { view, changes } = updateView(views[index] as ServiceView, answer, performance.now());
      views[index] = view;
      display.show(views, view, changes);
      await sleep(interval, undefined, { signal: quitting.signal });
    }
  }

  try {
    await Promise.all(services.map(watchOne));
  } catch (error) {
    if (!quitting.signal.aborted) throw error;
  } finally {
    quit();
    io.signal.removeEventListener("abort", quit);
    display.close();
  }
  return 0;
}

function createScreenDisplay(io: Io, { footer, bell, quit }: DisplayOptions): Display {
  const screen = openScreen(io, quit);
  const paint = createPaint(io.color);
  let shown: readonly ServiceView[] = [];

  function draw(): void {
    const { columns, rows } = io.stdout;
    screen.draw(renderScreen(shown, { columns, rows, paint, footer, now: performance.now() }));
  }

  const timer = setInterval(draw, REDRAW_MS);
  const stopResizing = io.stdout.onResize(draw);
  return {
    show(views, _service, changes) {
      shown = views;
      draw();
      if (bell && changes.some(isAlarm)) screen.ring();
    },
    close() {
      clearInterval(timer);
      stopResizing();
      screen.close();
    },
  };
}

function createLineDisplay({ stdout }: Io): Display {
  return {
    show(_views, { where }, changes) {
      for (const change of changes) stdout.write(`${renderChange(where, change, new Date())}\n`);
    },
    close() {},
  };
}
