// Compares in turn: A B A B. What disturbs the machine for a while then disturbs each of them.
import { sendFor } from "./load.mjs";
import { withServers } from "./servers.mjs";

/**
 * For each server the CPU time of its process in milliseconds per 1,000 requests, its requests per second, and both
 * against those of the first server in the same round. One sample a round.
 */
export async function compareServers(
  names,
  scenario,
  { rounds, sliceMs = 500, warmUpMs = 1_500, connections },
) {
  const samples = toEmptyLists(names);
  await withServers(names, scenario, async (servers) => {
    for (const server of servers) await sendFor(server, warmUpMs, connections);
    for (let round = 0; round < rounds; round += 1) {
      for (const server of servers) samples[server.name].push(await measure(server, sliceMs, connections));
    }
  });
  const [first] = names;
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        cpuMs: samples[name].map(({ cpuMs }) => cpuMs),
        perSecond: samples[name].map(({ perSecond }) => perSecond),
        runs: samples[name].map(({ runs }) => runs),
        cpuRatio: samples[name].map(({ cpuMs }, round) => cpuMs / samples[first][round].cpuMs),
      },
    ]),
  );
}

async function measure(server, sliceMs, connections) {
  const before = await server.getUsage();
  const { requests, seconds } = await sendFor(server, sliceMs, connections);
  const after = await server.getUsage();
  return {
    cpuMs: ((after.cpuMs - before.cpuMs) * 1_000) / requests,
    perSecond: requests / seconds,
    runs: ((after.runs - before.runs) * 1_000) / requests,
  };
}

/**
 * The CPU time in milliseconds that a call of each function takes, `repeats` calls at a time, in turn. Each call gets a value of
 * its own from `prepare`, which is not measured. One sample a round.
 */
export async function compareFunctions(
  functions,
  { rounds, repeats, warmUp = 5, prepare = () => undefined },
) {
  const samples = toEmptyLists(Object.keys(functions));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(functions)) {
      const values = [];
      while (values.length < repeats) values.push(await prepare());
      globalThis.gc();
      const before = process.cpuUsage();
      for (const value of values) {
        const result = run(value);
        // To wait for what is there would cost more than a small answer.
        if (result instanceof Promise) await result;
      }
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) samples[name].push((user + system) / 1_000 / repeats);
    }
  }
  return samples;
}

function toEmptyLists(names) {
  return Object.fromEntries(names.map((name) => [name, []]));
}
