// A server that blocks its main thread repeatedly: node serve.mjs <name> <blockedMs> <everyMs> <firstMs>
const [, , name, ...times] = process.argv;
const [blockedMs, everyMs, firstMs] = times.map(Number);

function block() {
  const end = performance.now() + blockedMs;
  while (performance.now() < end);
}

function blockAgainAndAgain() {
  setInterval(block, everyMs);
  block();
}

process.once("disconnect", () => process.exit());
const { start } = await import(`../servers/${name}.mjs`);
process.send(await start([]));
setTimeout(blockAgainAndAgain, firstMs);
