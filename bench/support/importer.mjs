// Imports the given modules, and reports the cost: node importer.mjs [path…]
import "node:http";

const [, , ...paths] = process.argv;
const startedAt = performance.now();
for (const path of paths) await import(path);
const tookMs = performance.now() - startedAt;
console.log(JSON.stringify({ tookMs, rssBytes: process.memoryUsage().rss }));
