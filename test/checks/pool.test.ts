import { pool } from "../../src/checks/pool.ts";
import { describeCheck, SECRET } from "../contract/check.ts";

const numbers = { used: () => 8, size: () => 10, waiting: () => 0 };

describeCheck({
  name: "pool",
  well: () => ({ handler: pool(numbers) }),
  broken: {
    "used 8, size 10, that is 80.0 % (RED from 80.0 %), waiting 0": () => ({
      handler: pool(numbers, { maxUsedRatio: 0.8 }),
    }),
    "waiting 7 (YELLOW from 1, RED from 5)": () => ({
      handler: pool({ waiting: () => 7 }, { maxWaiting: 5 }),
    }),
    "wrong answer: used() returned no number": () => ({ handler: pool({ used: () => Number.NaN }) }),
    "failed: ": () => ({
      handler: pool({
        used() {
          throw new Error(`password=${SECRET}`);
        },
      }),
    }),
  },
  worrying: {
    "waiting 1 (YELLOW from 1)": () => ({ handler: pool({ ...numbers, waiting: () => 1 }) }),
    "that is 80.0 % (YELLOW from 75.0 %)": () => ({ handler: pool(numbers, { warnUsedRatio: 0.75 }) }),
  },
  mistakes: {
    "numbers: expected at least one of used, size, waiting": () => pool({}),
    "numbers.used: expected a function, got 3": () => pool({ used: 3 as unknown as () => number }),
    "numbers: expected used and size": () => pool({ used: () => 1 }, { maxUsedRatio: 1 }),
    'numbers: unknown option "free"': () => pool({ free: () => 1 } as object),
    "maxWaiting: expected an integer": () => pool(numbers, { maxWaiting: 0.5 }),
  },
});
