import fc from "fast-check";
import { expect, test } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { getHeld, setReadinessRule } from "../../src/core/seams.ts";
import type { State } from "../../src/core/state.ts";
import { toOwnEntries } from "../../src/sentinel/own-entries.ts";
import { startPublishing } from "../../src/sentinel/publish.ts";
import { createReplica, type Replica } from "../../src/sentinel/replica.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";
import { type Clock, systemClock } from "../../src/util/clock.ts";
import { createRecordingLogger } from "../support/registry.ts";

function createEmptyReplica(): Replica {
  return createReplica({
    logger: createRecordingLogger(),
    getOwn: (isTaken) =>
      toOwnEntries(
        {
          silenceMs: 0,
          reportAgeMs: 0,
          hasPublished: true,
          publishMs: 1_000,
          wedgedAfterMs: 30_000,
          now: 0,
        },
        isTaken,
      ),
    getReportedAt: () => 0,
  });
}

/** A main thread with a database and orders that depend on it, and the replica in the sentinel's thread. */
function createWorld(clock: Clock = createFakeClock()) {
  const registry = createStatusRegistry({ clock });
  const [database, orders] = [createFakeHandler(), createFakeHandler()];
  registry.addStatusHandler("Database", database);
  registry.addStatusHandler("Orders", orders, { scope: "instance", dependsOn: ["Database"] });
  let replica = createEmptyReplica();
  const publisher = startPublishing({
    registry,
    publishMs: 600_000,
    send(message) {
      const sent = structuredClone(message);
      if (sent.kind === "report") replica.applyReport(sent);
      if (sent.kind === "news") for (const each of sent.news) replica.applyNews(each);
    },
    onRound() {},
  });
  registry.on("change", publisher.flush);
  const healthProbes = { holdMs: 60_000 };
  const ask = createAsk({ registry, healthProbes });
  return {
    registry,
    database,
    orders,
    publisher,
    /** A new thread, which gets everything again. */
    restart() {
      replica = createEmptyReplica();
      publisher.repeat();
    },
    readyHere: async () => (await ask("/readyz")).status,
    readyThere: async () => (await createAsk({ registry: replica.registry, healthProbes })("/readyz")).status,
    heldThere() {
      setReadinessRule(replica.registry, { shared: "hold", ...healthProbes });
      return [...getHeld(replica.registry)];
    },
  };
}

test("a new thread goes on with what the main thread knows of the past", async () => {
  const clock = createFakeClock();
  const { registry, database, restart, readyThere, heldThere, publisher } = createWorld(clock);
  await registry.getReport();
  database.report("RED");
  await registry.getReport();
  await new Promise(setImmediate);
  await clock.advance(40_000);
  restart();
  expect(await readyThere()).toBe(200);
  const [[name, redForMs] = ["", 0]] = heldThere();
  expect(name).toBe("Database");
  expect(redForMs).toBeGreaterThanOrEqual(40_000);
  await clock.advance(20_000);
  restart();
  expect(await readyThere()).toBe(503);
  publisher.stop();
});

test("a registry that was closed is not held there either", async () => {
  const { registry, database, restart, readyThere, publisher } = createWorld();
  await registry.getReport();
  database.report("RED");
  await registry.getReport();
  await new Promise(setImmediate);
  registry.close();
  restart();
  expect(await readyThere()).toBe(503);
  publisher.stop();
});

// In real time, because what a cause explains depends on the order of the changes.
test("both threads give the same verdict for any schedule", async () => {
  const state = fc.constantFrom<State>("OK", "YELLOW", "RED");
  const step = fc.record({ database: state, orders: state });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const { database, orders, registry, readyHere, readyThere, publisher } = createWorld(systemClock);
      const [first] = steps;
      database.report(first?.database ?? "OK");
      orders.report(first?.orders ?? "OK");
      await registry.getReport();
      // The first round of publishing.
      await new Promise(setImmediate);
      for (const each of steps) {
        database.report(each.database);
        orders.report(each.orders);
        const here = await readyHere();
        expect(await readyThere()).toBe(here);
      }
      publisher.stop();
    }),
    { numRuns: 60 },
  );
});
