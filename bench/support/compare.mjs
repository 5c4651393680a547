// Compares in turn, A B A B, so that a temporary disturbance of the machine affects all of them.
import { sendFor } from "./load.mjs";
import { withServers } from "./servers.mjs";

/**
 * Measures, per server, the CPU time of its process in milliseconds per 1,000 requests and its requests per
 * second, and both relative to the first server in the same round. One sample per round.
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
 * Measures the CPU time in milliseconds per call of each function, `repeats` calls at a time, in turn.
 * `prepare` creates a separate value for each call, and is not measured. One sample per round.
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
        // Awaiting a value that is not a promise would cost more than a small answer.
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
