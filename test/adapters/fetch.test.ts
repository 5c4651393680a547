import { describe, expect, test } from "vitest";
import { type FetchHandler, serviceStatus } from "../../src/adapters/fetch.ts";
import { createOptions, REPORT } from "./serve.ts";

const ORIGIN = "https://service.example";

async function ask(status: FetchHandler, target: string, init?: RequestInit): Promise<Response> {
  return (await status(new Request(ORIGIN + target, init))) ?? new Response(null, { status: 404 });
}

describe("svc-status/fetch", () => {
  test("answers with a Response what is its own", async () => {
    const response = await ask(serviceStatus(createOptions()), "/svc_status?name=Database");
    expect(response.status).toBe(REPORT.status);
    expect(await response.text()).toBe(REPORT.body);
    expect(Object.fromEntries(response.headers)).toEqual({
      "cache-control": "no-store",
      "content-length": "12",
      "content-type": "text/csv; charset=utf-8",
      vary: "Accept",
      "x-content-type-options": "nosniff",
    });
  });

  test.each(["/", "/hello", "/svc_status/", "//svc_status", "/SVC_STATUS"])(
    "gives undefined for %s",
    async (target) => {
      const status = serviceStatus(createOptions());
      expect(await status(new Request(ORIGIN + target))).toBeUndefined();
    },
  );

  test("answers HEAD without a body", async () => {
    const response = await ask(serviceStatus(createOptions()), "/svc_status", { method: "HEAD" });
    expect(response.body).toBeNull();
    expect(response.headers.get("content-length")).toBe("12");
  });

  test("never reads the body of a request", async () => {
    const request = new Request(`${ORIGIN}/probe_status?body=OFF`, { method: "POST", body: "body=ON" });
    const response = await serviceStatus(createOptions())(request, { remoteAddress: "127.0.0.1" });
    expect(response?.status).toBe(200);
    expect(request.bodyUsed).toBe(false);
  });

  test("shows the application's functions the Request", async () => {
    const authorize = ({ raw }: { raw: unknown }) => (raw as Request).headers.get("x-user") === "root";
    const status = serviceStatus({ ...createOptions(), svcStatus: { authorize } });
    expect((await ask(status, "/svc_status")).status).toBe(403);
    expect((await ask(status, "/svc_status", { headers: { "x-user": "root" } })).status).toBe(200);
  });

  test("throws for a mistake in the options when it is made", () => {
    expect(() => serviceStatus({ registry: {} as never })).toThrow(TypeError);
  });
});

describe("the loopback control of svc-status/fetch", () => {
  const decommission = () => new Request("http://localhost/probe_status?body=OFF", { method: "POST" });

  test.each([
    ["nobody says who asks", undefined],
    ["the framework gives a context of its own", { params: Promise.resolve({}) }],
    ["somebody else asks", { remoteAddress: "192.0.2.1" }],
    ["the address is not known", { remoteAddress: undefined }],
  ])("denies when %s", async (_name, connection) => {
    const options = createOptions();
    const response = await serviceStatus(options)(decommission(), connection);
    expect(response?.status).toBe(403);
    expect(options.probe?.body).toBe("OK");
  });

  test.each(["127.0.0.1", "::1", "::ffff:127.0.0.1"])("allows it to %s", async (remoteAddress) => {
    const options = createOptions();
    const response = await serviceStatus(options)(decommission(), { remoteAddress });
    expect(response?.status).toBe(200);
    expect(options.probe?.body).toBe("OFF");
  });
});
