import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { FORMATS } from "../../src/formats/formats.ts";
import type { StatusResponse } from "../../src/http/message.ts";
import type { SvcStatusOptions } from "../../src/http/options.ts";
import type { Permission } from "../../src/http/permission.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createRecordingLogger, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

const MARKER = "m4rk3r";

/** Every format, as it is asked for at `/svc_status`. */
const ACCEPTS = Object.values(FORMATS).map(({ mediaType, version }) =>
  version === undefined ? mediaType : `${mediaType};version=${version}`,
);

interface Asked {
  readonly answers: readonly StatusResponse[];
  readonly log: readonly string[];
}

/** Asks for every format. The handlers put the marker wherever a status can have something. */
async function askForAll(svcStatus: SvcStatusOptions, query = ""): Promise<Asked> {
  const logger = createRecordingLogger();
  const registry = registryOf(
    [
      [
        "A",
        {
          state: "OK",
          detail: MARKER,
          labels: { [MARKER]: 1 },
          [MARKER]: MARKER,
          more: [{ [MARKER]: MARKER }],
        },
      ],
      ["B", { state: "YELLOW", detail: { text: MARKER }, labels: MARKER }],
      ["C", { state: "RED", detail: MARKER, labels: { a: 1 } }],
      ["D", { state: MARKER }],
    ],
    { logger },
  );
  registry.addStatusHandler("E", () => {
    throw new Error(MARKER);
  });
  const service = createStatusService({ registry, svcStatus: { csv: { detail: true }, ...svcStatus } });
  const answers: StatusResponse[] = [];
  for (const accept of ACCEPTS) {
    const answer = await service(createStatusRequest({ target: `/svc_status${query}`, headers: { accept } }));
    if (answer !== undefined) answers.push(answer);
  }
  expect(answers).toHaveLength(ACCEPTS.length);
  return { answers, log: logger.lines };
}

function expectHidden(answers: readonly StatusResponse[]): void {
  for (const answer of answers) {
    expect(JSON.stringify(answer)).not.toContain(MARKER);
    for (const name of ["A", "B", "C", "D", "E"]) expect(answer.body).toContain(name);
  }
}

function expectShown(answers: readonly StatusResponse[]): void {
  for (const answer of answers) expect(answer.body).toContain(MARKER);
}

describe("details", () => {
  test("are shown in every format by default, and with always", async () => {
    expectShown((await askForAll({})).answers);
    expectShown((await askForAll({ details: "always" })).answers);
  });

  test("leave the process in no format with never: only names and states do", async () => {
    const { answers } = await askForAll({ details: "never" });
    expectHidden(answers);
    const time = '"time":"2026-01-01T00:00:00.000Z"';
    const series = ["A", "B", "C", "D", "E"]
      .map((name, index) => `svc_status{name="${name}"} ${Math.min(index, 2)}\n`)
      .join("");
    const help = "# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED\n# TYPE svc_status";
    expect(answers.slice(0, 5).map(({ body }) => body)).toEqual([
      "A\tOK\t\nB\tYELLOW\t\nC\tRED\t\nD\tRED\t\nE\tRED\t\n",
      '{"A":{"state":"OK"},"B":{"state":"YELLOW"},"C":{"state":"RED"},"D":{"state":"RED"},"E":{"state":"RED"}}',
      `{"status":"fail","checks":{"A":[{"status":"pass",${time}}],"B":[{"status":"warn",${time}}],"C":[{"status":"fail",${time}}],"D":[{"status":"fail",${time}}],"E":[{"status":"fail",${time}}]}}`,
      `${help} untyped\n${series}`,
      `${help} unknown\n${series}# EOF\n`,
    ]);
  });

  test.each(["?details=always", "?debug", "?verbose", "?name=A&name=B&name=C&name=D&name=E"])(
    "stay hidden whatever is asked with %s",
    async (query) => {
      expectHidden((await askForAll({ details: "never" }, query)).answers);
    },
  );

  test.each<[what: string, details: Permission]>([
    ["true", () => true],
    ["a promise of true", () => Promise.resolve(true)],
    [
      "true later, in the way of another realm",
      () => runInNewContext("Promise.resolve(true)") as Promise<boolean>,
    ],
    ["true for this request", ({ header }) => header("accept") !== undefined],
  ])("are shown where the function says %s", async (_, details) => {
    expectShown((await askForAll({ details })).answers);
  });

  test.each([
    false,
    "true",
    1,
    {},
    undefined,
    null,
    Promise.resolve(false),
    Promise.resolve("true"),
    Promise.resolve(),
  ])("are hidden where the function says %j, which is not true", async (answer) => {
    expectHidden((await askForAll({ details: (() => answer) as Permission })).answers);
  });

  test.each<[what: string, details: Permission]>([
    [
      "throws",
      () => {
        throw new Error("no idea");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no idea"))],
  ])("are hidden where the function %s, and that is logged once", async (_, details) => {
    const { answers, log } = await askForAll({ details });
    expectHidden(answers);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 503, 200, 200, 200]);
    const told = log.filter((line) => line.includes("svcStatus"));
    expect(told).toEqual(["error: SVC009 svcStatus.details failed, details are hidden: no idea"]);
  });
});

describe("authorize", () => {
  test("lets those in for whom it says true", async () => {
    expectShown((await askForAll({ authorize: () => true })).answers);
    expectShown(
      (await askForAll({ authorize: async ({ header }) => header("accept") !== undefined })).answers,
    );
  });

  test.each([false, "true", 1, undefined, null, Promise.resolve(false), Promise.resolve("true")])(
    "keeps those out for whom it says %j: 403 in every format",
    async (answer) => {
      const { answers } = await askForAll({ authorize: (() => answer) as Permission });
      for (const refusal of answers) {
        expect(refusal).toMatchObject({ status: 403, body: "forbidden\n" });
        expect(refusal.headers).toMatchObject({
          "Content-Type": "text/plain; charset=utf-8",
          "Content-Length": "10",
        });
      }
    },
  );

  test("asks no handler for those it keeps out, nor tells them which names there are", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", () => expect.unreachable("asked"));
    const service = createStatusService({ registry, svcStatus: { authorize: () => false } });
    for (const name of ["A", "B"]) {
      const request = createStatusRequest({ target: `/svc_status?name=${name}` });
      expect(await service(request)).toMatchObject({ status: 403 });
    }
  });

  test.each<[what: string, authorize: Permission]>([
    [
      "throws",
      () => {
        throw new Error(`${MARKER} no idea`);
      },
    ],
    ["rejects", () => Promise.reject(new Error(`${MARKER} no idea`))],
  ])("that %s is a 500 that says nothing, and is logged once", async (_, authorize) => {
    const { answers, log } = await askForAll({ authorize });
    for (const answer of answers) expect(answer).toMatchObject({ status: 500, body: "internal error\n" });
    expect(log).toEqual([`error: SVC008 svcStatus.authorize failed, the answer is 500: ${MARKER} no idea`]);
  });

  test("does not guard the probe", async () => {
    const service = createStatusService({ svcStatus: { authorize: () => false } });
    expect(await service(createStatusRequest({ target: "/probe_status" }))).toMatchObject({ status: 200 });
  });
});

describe("a function that throws now and then", () => {
  test.each([
    ["authorize", "SVC008 svcStatus.authorize", "the answer is 500"],
    ["details", "SVC009 svcStatus.details", "details are hidden"],
  ])(
    "as %s is logged when it begins to throw, throws another thing, and works again",
    async (option, name, what) => {
      const logger = createRecordingLogger();
      const registry = registryOf([["A", { state: "OK" }]], { logger });
      let message: string | undefined;
      const decide = () => {
        if (message !== undefined) throw new Error(message);
        return true;
      };
      const service = createStatusService({ registry, svcStatus: { [option]: decide } });
      for (message of [undefined, "no idea", "no idea", "no memory", undefined, undefined, "no idea"])
        await service(createStatusRequest({ target: "/svc_status.json" }));
      expect(logger.lines).toEqual([
        `error: ${name} failed, ${what}: no idea`,
        `error: ${name} failed, ${what}: no memory`,
        `info: ${name} works again`,
        `error: ${name} failed, ${what}: no idea`,
      ]);
    },
  );
});

describe("a function that never answers", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test.each<[option: string, status: number, line: string]>([
    [
      "authorize",
      500,
      "error: SVC008 svcStatus.authorize failed, the answer is 500: timed out after 5000 ms",
    ],
    ["details", 200, "error: SVC009 svcStatus.details failed, details are hidden: timed out after 5000 ms"],
  ])("as %s is given up after 5 s: %d", async (option, status, line) => {
    const logger = createRecordingLogger();
    const registry = registryOf([["A", { state: "OK", detail: MARKER }]], { logger });
    const service = createStatusService({ registry, svcStatus: { [option]: () => new Promise(() => {}) } });
    const answer = Promise.resolve(service(createStatusRequest({ target: "/svc_status.json" })));
    let isAnswered = false;
    void answer.then(() => {
      isAnswered = true;
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(isAnswered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toMatchObject({ status });
    expect(JSON.stringify(await answer)).not.toContain(MARKER);
    expect(logger.lines).toEqual([line]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
