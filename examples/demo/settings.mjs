/** Reads the environment. An invalid value ends the demo with one line. */
export function readSettings(environment) {
  const {
    PORT = "8080",
    SENTINEL_PORT,
    DATABASE_URL,
    IMPORT_STEP_MS = "5000",
    BLOCK_MS = "20000",
  } = environment;
  const port = toInteger("PORT", PORT, { min: 0, max: MAX_PORT });
  const nextPort = port === 0 || port === MAX_PORT ? 0 : port + 1;
  return {
    port,
    sentinelPort: toInteger("SENTINEL_PORT", SENTINEL_PORT ?? String(nextPort), { min: 0, max: MAX_PORT }),
    databaseUrl: DATABASE_URL,
    importStepMs: toInteger("IMPORT_STEP_MS", IMPORT_STEP_MS, { min: 1, max: 60_000 }),
    blockMs: toInteger("BLOCK_MS", BLOCK_MS, { min: 1, max: 60_000 }),
  };
}

const MAX_PORT = 65_535;

function toInteger(name, text, { min, max }) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  console.error(`${name}: expected a number from ${min} to ${max}, got ${JSON.stringify(text)}`);
  return process.exit(1);
}
