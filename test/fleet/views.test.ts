import { describe, expect, test } from "vitest";
import type { FleetView } from "../../src/fleet/read/reader.ts";
import type { FleetService } from "../../src/fleet/read/view.ts";
import {
  createViews,
  MAX_READS,
  MAX_ROWS,
  MAX_VIEWS,
  READER_PATIENCE_MS,
  VIEW_LIFETIME_MS,
} from "../../src/fleet/views.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createDeferred } from "../support/deferred.ts";

const REFRESH_MS = 5_000;

const SERVICE: FleetService = {
  name: "orders",
  where: {},
  state: "OK",
  isUnavailable: false,
  instances: { targets: 1, scraped: 1, inService: 1 },
  versions: [],
  causes: [],
};

function toView(more: Partial<FleetView> = {}): FleetView {
  return { state: "OK", services: [SERVICE], at: new Date(0), isRaw: false, problems: [], ...more };
}

function start() {
  const clock = createFakeClock();
  const views = createViews({ refreshMs: REFRESH_MS, clock });
  let queries = 0;
  const load = (view: FleetView | Promise<FleetView>) => async () => {
    queries += 1;
    return view;
  };
  return { clock, views, load, count: () => queries };
}

describe("views of the fleet", () => {
  test("share one query, whatever the number of readers, until the answer is old", async () => {
    const { clock, views, load, count } = start();
    const all = await Promise.all(Array.from({ length: 200 }, () => views.read("", load(toView()))));
    expect(new Set(all).size).toBe(1);
    await views.read("", load(toView()));
    expect(count()).toBe(1);
    await views.read("other", load(toView()));
    expect(count()).toBe(2);
    await clock.advance(REFRESH_MS);
    await views.read("", load(toView()));
    expect(count()).toBe(3);
  });

  test("show the last answer with its age if Prometheus fails, and are never green then", async () => {
    const { clock, views, load } = start();
    await views.read("", load(toView({ at: new Date(7) })));
    await clock.advance(REFRESH_MS);
    const failed = toView({ state: "UNKNOWN", services: [], problems: ["HTTP 503"], at: new Date(9) });
    expect(await views.read("", load(failed))).toMatchObject({
      state: "UNKNOWN",
      services: [{ name: "orders" }],
      problems: ["HTTP 503"],
      at: new Date(7),
      isStale: true,
    });
    await clock.advance(REFRESH_MS);
    const again = await views.read("", load(toView()));
    expect(again).toEqual(toView());
  });

  test("know nothing if the first answer fails, even if reading throws", async () => {
    const { views } = start();
    const view = await views.read("", () => Promise.reject(new Error("no file")));
    expect(view).toMatchObject({ state: "UNKNOWN", services: [], problems: ["no file"] });
  });

  test("do not let a reader wait for a Prometheus that hangs if there is an earlier answer", async () => {
    const { clock, views, load } = start();
    await views.read("", load(toView()));
    await clock.advance(REFRESH_MS);
    const hanging = createDeferred<FleetView>();
    const reading = views.read("", load(hanging.promise));
    await clock.advance(READER_PATIENCE_MS);
    expect(await reading).toMatchObject({
      state: "UNKNOWN",
      isStale: true,
      problems: ["Prometheus has not answered for 2 s"],
    });
    hanging.resolve(toView());
    await hanging.promise;
    await clock.advance(0);
    expect(await views.read("", load(toView()))).toEqual(toView());
  });

  test("are forgotten if nobody reads them, and are never more than the maximum", async () => {
    const { clock, views, load } = start();
    for (let number = 0; number < MAX_VIEWS + 50; number += 1) await views.read(`${number}`, load(toView()));
    expect(views.size).toBe(MAX_VIEWS);
    await clock.advance(3 * VIEW_LIFETIME_MS);
    expect(views.size).toBe(0);
  });

  test("are forgotten, the least recently used first, if all of them together are too large", async () => {
    const { views, load, count } = start();
    const half = toView({ services: Array.from({ length: MAX_ROWS / 2 }, () => SERVICE) });
    for (const key of ["first", "second"]) await views.read(key, load(half));
    expect([views.has("first"), views.has("second")]).toEqual([true, true]);
    await views.read("first", load(half));
    await views.read("small", load(toView()));
    expect([views.has("first"), views.has("second"), views.has("small")]).toEqual([true, false, true]);
    expect(count()).toBe(3);

    const handler = {
      name: "Database",
      state: "OK",
      critical: true,
      instances: { OK: 1, YELLOW: 0, RED: 0 },
    };
    const large = { ...SERVICE, handlers: Array.from({ length: MAX_ROWS }, () => handler), problems: [] };
    await views.read("large", load(toView({ services: [large] })));
    expect([views.size, views.has("large")]).toEqual([1, true]);
  });

  test("of the past are fewer, and a query for an old one counts as new", async () => {
    const clock = createFakeClock();
    const views = createViews({ refreshMs: REFRESH_MS, clock, isPast: true });
    const load = async () => toView();
    for (let number = 0; number < MAX_VIEWS; number += 1) await views.read(`${number}`, load);
    expect(views.size).toBe(MAX_VIEWS / 4);
    const last = `${MAX_VIEWS - 1}`;
    expect(views.has(last)).toBe(true);
    await clock.advance(REFRESH_MS);
    expect(views.has(last)).toBe(false);
    const large = toView({ services: Array.from({ length: MAX_ROWS / 2 }, () => SERVICE) });
    await views.read("large", async () => large);
    expect(views.size).toBe(1);
    views.close();
  });

  test("without services, which anybody can invent, are forgotten before all others", async () => {
    const { clock, views, load } = start();
    await views.read("", load(toView()));
    await clock.advance(REFRESH_MS);
    const away = toView({ state: "UNKNOWN", services: [], problems: ["HTTP 503"] });
    for (let number = 0; number < 2 * MAX_VIEWS; number += 1) await views.read(`/${number}`, load(away));
    expect([views.size, views.has("/1"), views.has("")]).toEqual([MAX_VIEWS, false, true]);
    expect(await views.read("", load(away))).toMatchObject({ isStale: true, services: [{ name: "orders" }] });
  });

  test("of which there are answers do not count as read for the first time", async () => {
    const { clock, views, load } = start();
    const keys = Array.from({ length: 2 * MAX_READS }, (_, number) => `${number}`);
    for (const key of keys) await views.read(key, load(toView()));
    await clock.advance(REFRESH_MS);
    const hanging = createDeferred<FleetView>();
    const readings = keys.map((key) => views.read(key, load(hanging.promise)));
    expect(await views.read("new", load(toView()))).toMatchObject({ state: "OK" });
    hanging.resolve(toView());
    await Promise.all(readings);
  });

  test("are refused beyond the maximum that is read at the same time", async () => {
    const { views, load } = start();
    const hanging = createDeferred<FleetView>();
    const readings = Array.from({ length: MAX_READS }, (_, number) =>
      views.read(`${number}`, load(hanging.promise)),
    );
    expect(await views.read("one more", load(toView()))).toMatchObject({
      state: "UNKNOWN",
      problems: ["more than 16 different views were requested at once"],
    });
    hanging.resolve(toView());
    await Promise.all(readings);
    expect(await views.read("one more", load(toView()))).toMatchObject({ state: "OK" });
  });

  test("end their queries when they are closed", async () => {
    const { views } = start();
    const signals: AbortSignal[] = [];
    await views.read("", async (signal) => {
      signals.push(signal);
      return toView();
    });
    views.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(views.size).toBe(0);
  });
});
