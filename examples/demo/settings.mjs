/** Reads what the environment says. A value that cannot be right ends the demo with one line. */
export function readSettings({ PORT = "8080", DATABASE_URL, IMPORT_STEP_MS = "5000" }) {
  return {
    port: toInteger("PORT", PORT, { min: 0, max: 65_535 }),
    databaseUrl: DATABASE_URL,
    importStepMs: toInteger("IMPORT_STEP_MS", IMPORT_STEP_MS, { min: 1, max: 60_000 }),
  };
}

function toInteger(name, text, { min, max }) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  console.error(`${name}: expected a number from ${min} to ${max}, got ${JSON.stringify(text)}`);
  return process.exit(1);
}
