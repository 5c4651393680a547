import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");
const program = join(import.meta.dirname, "cluster.mjs");

const LIBRARIES = ["prom-client-13", "prom-client-14", "prom-client", "@prometheus-io/client"];

/** What a real cluster of three workers shows, without its comments. */
async function samplesOfCluster(...parameters: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await run(process.execPath, [program, ...parameters], root);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("a cluster", () => {
  test.each(LIBRARIES)(
    "shows the worst of its workers, and the sum of their changes: %s",
    async (library) => {
      const samples = await samplesOfCluster(library);
      expect(samples).toEqual(
        expect.arrayContaining([
          "app_jobs_total 9",
          'svc_status{name="Queue"} 2',
          'svc_status_state{name="Queue",critical="true",scope="shared"} 2',
          'svc_status_state{name="Reports",critical="false",scope="shared"} 2',
          "svc_status_overall 2",
          'svc_status_info{service_name="orders",service_version="1.4.2"} 1',
          'svc_status_cause{name="Reports",cause="Queue"} 1',
          'svc_status_upstream{name="Queue",upstream="jobs"} 1',
          "svc_status_in_service 0",
          'svc_status_changes_total{name="Queue",state="YELLOW"} 2',
          'svc_status_changes_total{name="Queue",state="RED"} 1',
        ]),
      );
    },
  );

  // Here the libraries' own limit of 5 s, which is the deadline of a handler too, would lose everything.
  test.each(["prom-client", "@prometheus-io/client"])(
    "loses no metric to a handler of one worker that hangs: %s",
    async (library) => {
      const samples = await samplesOfCluster(library, "hang");
      expect(samples).toEqual(
        expect.arrayContaining(["app_jobs_total 9", 'svc_status{name="Queue"} 1', "svc_status_in_service 0"]),
      );
    },
  );
});
