import { type SqliteClient, sqlite } from "../../src/checks/sqlite.ts";
import { describeCheck, SECRET } from "../contract/check.ts";
import { createError } from "./support/clients.ts";

function answer(rows: Record<string, unknown>): SqliteClient {
  return { prepare: (sql) => ({ get: () => rows[sql] }) };
}

function fail(error: Error): SqliteClient {
  return {
    prepare() {
      throw error;
    },
  };
}

const well = {
  "SELECT count(*) AS tables FROM sqlite_master": { tables: 3 },
  "PRAGMA quick_check(1)": { quick_check: "ok" },
};

describeCheck({
  name: "sqlite",
  well: () => ({ handler: sqlite(answer(well), { quickCheck: true }) }),
  broken: {
    "failed: database is locked": () => ({
      handler: sqlite(fail(createError("SQLITE_BUSY", `database is locked, api_key=${SECRET}`))),
    }),
    "wrong answer: the query returned no row": () => ({ handler: sqlite(answer({})) }),
    "wrong answer: the file is damaged: row 7 missing from index": () => ({
      handler: sqlite(
        answer({ ...well, "PRAGMA quick_check(1)": { quick_check: "row 7 missing from index" } }),
        {
          quickCheck: true,
        },
      ),
    }),
  },
  mistakes: {
    "client: expected an object with prepare()": () => sqlite({} as SqliteClient),
    "quickCheck: expected true or false": () => sqlite(answer(well), { quickCheck: 1 as unknown as boolean }),
    'options: unknown option "path"': () => sqlite(answer(well), { path: "x" } as object),
  },
});
