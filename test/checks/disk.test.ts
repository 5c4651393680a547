import { tmpdir } from "node:os";
import { join } from "node:path";
import { disk } from "../../src/checks/disk.ts";
import { describeCheck, SECRET } from "../contract/check.ts";

const here = tmpdir();
// Whatever the machine's disk is like.
const lenient = { warnUsedRatio: 1, maxUsedRatio: 1, warnUsedInodeRatio: 1, maxUsedInodeRatio: 1 };
const ALL = Number.MAX_SAFE_INTEGER;

describeCheck({
  name: "disk",
  well: () => ({ handler: disk(here, lenient) }),
  broken: {
    "free ": () => ({ handler: disk(here, { ...lenient, minFreeBytes: ALL }) }),
    "failed: ENOENT": () => ({ handler: disk(join(here, `password=${SECRET}`)) }),
  },
  worrying: {
    "(YELLOW below 8.0 PiB)": () => ({ handler: disk(here, { ...lenient, warnFreeBytes: ALL }) }),
    "(YELLOW from 0.0 %, RED from 100.0 %)": () => ({
      handler: disk(here, { ...lenient, warnUsedRatio: 0 }),
    }),
  },
  mistakes: {
    "path: expected a non-empty string": () => disk(""),
    "warnUsedRatio: expected a number from 0 to 1, got 85": () => disk("/", { warnUsedRatio: 85 }),
    "minFreeBytes: expected a number": () => disk("/", { minFreeBytes: -1 }),
    'options: unknown option "min"': () => disk("/", { min: 1 } as object),
  },
});
