import { afterEach, describe, expect, test, vi } from "vitest";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import type { ProbeState } from "../../src/core/probe-setting.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { getProbeSeams, getRegistrySeams, type ProbeAnswered } from "../../src/core/seams.ts";

const LATER = new Date("2026-01-01T00:00:00Z");

const ANSWERED: ProbeAnswered = {
  request: { method: "GET", target: "/", remoteAddress: undefined, header: () => undefined, raw: undefined },
  status: 200,
};

/** A probe whose body is changed outside, and what its listeners get. */
function createShared(bodyOutside: () => string) {
  const probe = createProbe();
  const { sources, adoptSetting } = getProbeSeams(probe);
  const changes: string[] = [];
  probe.on("change", ({ body }) => void changes.push(body));
  const stop = sources.add(() => adoptSetting?.({ body: bodyOutside() }, LATER));
  return { probe, sources, changes, stop };
}

describe("the sources of a probe", () => {
  test.each<[what: string, read: (probe: Probe) => unknown, expected: unknown]>([
    ["body", (probe) => probe.body, "OFF"],
    ["state", (probe) => probe.commissioned, false],
    ["time", (probe) => probe.since, LATER],
  ])("the %s of a probe is what was said outside last", (_what, read, expected) => {
    const { probe } = createShared(() => "OFF");
    expect(read(probe)).toEqual(expected);
  });

  test("its listeners get each change from outside once, before a change of its own", () => {
    let outside = "OFF";
    const { probe, changes } = createShared(() => outside);
    expect([probe.body, probe.body]).toEqual(["OFF", "OFF"]);
    expect(changes).toEqual(["OFF"]);
    outside = "BYE";
    probe.commission();
    expect(changes).toEqual(["OFF", "BYE", "OK"]);
    outside = "AGAIN";
    probe.decommission("OFF");
    expect(changes.slice(3)).toEqual(["AGAIN", "OFF"]);
  });

  test("a source that was ended changes nothing, and others go on", () => {
    let outside = "OFF";
    const { probe, sources, stop } = createShared(() => outside);
    let asked = 0;
    sources.add(() => {
      asked += 1;
    });
    expect(probe.body).toBe("OFF");
    stop();
    outside = "BYE";
    expect([probe.body, asked]).toEqual(["OFF", 2]);
  });

  test("a probe that was made otherwise cannot be set to a body from outside", () => {
    const own: Probe = { ...createProbe(), body: "OK" };
    expect(getProbeSeams(own).adoptSetting).toBeUndefined();
  });
});

/** An application's own probe, which refuses to be used through another object. */
class OwnProbe implements Probe {
  readonly #inner = createProbe();
  get body(): string {
    return this.#inner.body;
  }
  get commissioned(): boolean {
    return this.#inner.commissioned;
  }
  get since(): Date {
    return this.#inner.since;
  }
  get state(): ProbeState {
    return this.#inner.state;
  }
  get reason(): string | undefined {
    return this.#inner.reason;
  }
  get until(): Date | undefined {
    return this.#inner.until;
  }
  get by(): string | undefined {
    return this.#inner.by;
  }
  decommission(...settings: Parameters<Probe["decommission"]>): void {
    this.#inner.decommission(...settings);
  }
  commission(): void {
    this.#inner.commission();
  }
  on(...listening: Parameters<Probe["on"]>): () => void {
    return this.#inner.on(...listening);
  }
}

const PROBES: readonly [what: string, create: () => Probe][] = [
  ["of this package", createProbe],
  ["of a class of the application", () => new OwnProbe()],
  ["that copies another", () => ({ ...createProbe() })],
  ["that inherits from another", () => Object.create(createProbe())],
  ["that is a proxy of another", () => new Proxy(createProbe(), {})],
  ["that was frozen", () => Object.freeze(createProbe())],
];

describe("the seams of a probe", () => {
  test.each(PROBES)("%s are the same for all that use it", (_what, create) => {
    const probe = create();
    const seen: ProbeAnswered[] = [];
    const stop = getProbeSeams(probe).answered.add((event) => void seen.push(event));
    getProbeSeams(probe).answered.emit(ANSWERED);
    stop();
    getProbeSeams(probe).answered.emit(ANSWERED);
    expect(seen).toEqual([ANSWERED]);
  });

  test.each(PROBES)("%s cannot be seen in it", (_what, create) => {
    const probe = create();
    const before = Object.keys(probe);
    getProbeSeams(probe);
    expect(Object.keys(probe)).toEqual(before);
    expect(Object.getOwnPropertySymbols({ ...probe })).toEqual([]);
  });

  test("are not those of the probe that it wraps", () => {
    const inner = createProbe();
    for (const wrapper of [{ ...inner }, Object.create(inner) as Probe])
      expect(getProbeSeams(wrapper)).not.toBe(getProbeSeams(inner));
  });

  test("are missing in a frozen probe of the application, which works otherwise", () => {
    const probe = Object.freeze(new OwnProbe());
    const seen: ProbeAnswered[] = [];
    getProbeSeams(probe).answered.add((event) => void seen.push(event));
    getProbeSeams(probe).answered.emit(ANSWERED);
    probe.decommission();
    expect([seen, probe.body]).toEqual([[], "OFF"]);
  });
});

describe("the seams of a registry", () => {
  const WRAPPERS: readonly [what: string, wrap: (inner: StatusRegistry, own: object) => StatusRegistry][] = [
    ["copies another", (inner, own) => ({ ...inner, ...own })],
    ["inherits from another", (inner, own) => Object.assign(Object.create(inner), own)],
    [
      "is a proxy of another",
      (inner, own) =>
        new Proxy(inner, {
          get: (target, key) => Reflect.get(own, key) ?? Reflect.get(target, key),
        }),
    ],
  ];

  test.each(WRAPPERS)("that %s do not bypass its own report", async (_what, wrap) => {
    const inner = createStatusRegistry();
    inner.addStatusHandler("A", () => ({ state: "RED" }));
    const getReport = () => Promise.resolve({ state: "OK", at: LATER, entries: [] });
    const { getKnownReport, getRegistration, getRemark, isReplica } = getRegistrySeams(
      wrap(inner, { getReport }),
    );
    expect(await getKnownReport(1_000)).toEqual(await getReport());
    expect([getRegistration("A"), getRemark("A"), isReplica]).toEqual([undefined, undefined, false]);
  });

  test("keep the identity of a name until its handler is removed", () => {
    const registry = createStatusRegistry();
    const { getRegistration } = getRegistrySeams(registry);
    const add = () => registry.addStatusHandler("A", () => ({ state: "OK" }));
    add();
    const first = getRegistration("A");
    add();
    expect(first).toBeDefined();
    expect(getRegistration("A")).toBe(first);
    registry.removeStatusHandler("A");
    expect(getRegistration("A")).toBeUndefined();
    add();
    expect(getRegistration("A")).not.toBe(first);
  });
});

describe("two copies of the package", () => {
  afterEach(() => void vi.resetModules());

  test("find the same seams", async () => {
    const [probe, registry] = [createProbe(), createStatusRegistry()];
    vi.resetModules();
    const copy = await import("../../src/core/seams.ts");
    expect(copy.getProbeSeams).not.toBe(getProbeSeams);
    expect(copy.getProbeSeams(probe)).toBe(getProbeSeams(probe));
    expect(copy.getRegistrySeams(registry)).toBe(getRegistrySeams(registry));
  });
});
