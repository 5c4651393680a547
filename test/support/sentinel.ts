import { onTestFinished, vi } from "vitest";
import { type Sentinel, type SentinelOptions, startSentinel } from "../../src/sentinel/index.ts";
import { type Answer, ask, type Question } from "./http.ts";

/** The thread as it was built: Node.js 20 runs no TypeScript. */
export const WORKER_URL: URL = new URL("../../dist/sentinel/svc-status-sentinel.js", import.meta.url);

export interface TestSentinel extends Sentinel {
  readonly port: number;
  ask(target: string, question?: Question): Promise<Answer>;
  /** Asks again and again until the answer is right, and gives that answer. */
  waitFor(target: string, wanted: Wanted): Promise<Answer>;
}

/** A body, a pattern of it, or what is right about an answer. */
export type Wanted = string | RegExp | ((answer: Answer) => boolean);

/** Starts a sentinel on 127.0.0.1 that has published, and closes it when the test is over. */
export async function startTestSentinel(options: Partial<SentinelOptions> = {}): Promise<TestSentinel> {
  const sentinel = await startPublished(options);
  onTestFinished(sentinel.close);
  return sentinel;
}

/** The same for several tests: whoever starts it closes it. */
export async function startPublished(options: Partial<SentinelOptions>): Promise<TestSentinel> {
  const sentinel = await startSentinel({ port: 0, host: "127.0.0.1", workerUrl: WORKER_URL, ...options });
  const { port } = sentinel.address;
  const { svcStatus = {} } = options;
  if (svcStatus !== false) await waitForAnswer(port, svcStatus.path ?? "/svc_status", /^(?!Publication)/);
  return {
    ...sentinel,
    port,
    ask: (target, question) => ask(port, target, question),
    waitFor: (target, wanted) => waitForAnswer(port, target, wanted),
  };
}

export function waitForAnswer(port: number, target: string, wanted: Wanted): Promise<Answer> {
  const isRight = (answer: Answer): boolean => {
    if (typeof wanted === "function") return wanted(answer);
    return typeof wanted === "string" ? answer.body === wanted : wanted.test(answer.body);
  };
  return vi.waitFor(
    async () => {
      const answer = await ask(port, target);
      if (!isRight(answer)) throw new Error(`${target} answers ${JSON.stringify(answer.body)}`);
      return answer;
    },
    { timeout: 20_000, interval: 20 },
  );
}
