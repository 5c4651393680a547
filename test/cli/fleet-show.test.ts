import { expect, test } from "vitest";
import { renderView } from "../../src/cli/fleet/show.ts";
import type { FleetService } from "../../src/fleet/read/view.ts";

const AT = new Date("2026-11-27T03:12:11Z");
const IO = {
  color: false,
  stdout: {
    write: () => {},
    isTTY: false,
    columns: Number.POSITIVE_INFINITY,
    rows: 0,
    onResize: () => () => {},
  },
};

function toService(more: Partial<FleetService> & Pick<FleetService, "name" | "state">): FleetService {
  return {
    where: {},
    isUnavailable: false,
    instances: { targets: 3, scraped: 3, inService: 3 },
    versions: [],
    causes: [],
    ...more,
  };
}

test("shows services with what explains them, within their place, and never a control character", () => {
  const [a, b] = [{ namespace: "a" }, { namespace: "b" }];
  const since = new Date("2026-11-27T03:07:00Z");
  const services = [
    toService({ name: "db", where: a, state: "RED", root: "db", causes: ["Disk\u001b[2J"], since }),
    toService({ name: "db", where: b, state: "RED", root: "db", isUnavailable: true }),
    toService({ name: "web", where: b, state: "RED", root: "db" }),
    toService({ name: "old", state: "UNKNOWN" }),
    toService({
      name: "new",
      state: "OK",
      instances: { targets: 4, scraped: 4, inService: 3 },
      versions: [
        { version: "1.1.0", instances: 3 },
        { version: "", instances: 1 },
      ],
    }),
  ];
  const evaluatedAt = new Date("2026-11-27T03:12:04Z");
  const absent = ["service:x:max", "handler:y:max"];
  const view = {
    state: "RED",
    services,
    at: AT,
    evaluatedAt,
    isRaw: true,
    problems: ["a\nb"],
    absent,
  } as const;
  expect(renderView(view, IO)).toBe(`STATE    SERVICE  SINCE  INSTANCES  DETAIL
RED      db (a)   5 min  3          Disk
RED      db (b)          3          nobody in service; 1 RED because of it
RED      web (b)         3          because of db
UNKNOWN  old             3
OK       new             4          1 decommissioned; 1.1.0: 3, no version: 1

RED: 3 of 5 services, as of 2026-11-27T03:12:04Z, 7 s before
incomplete: a b
without the recording rules of svc-status fleet rules: no causes, and it reads every series, which does not scale
no series of the recording rule service:x:max: see svc-status fleet rules
no series of the recording rule handler:y:max: see svc-status fleet rules
`);
});
