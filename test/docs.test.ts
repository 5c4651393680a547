import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_UNREAD_MS } from "../src/adapters/common/node-http.ts";
import { ATTEMPT_TIMEOUT_MS } from "../src/cli/client/repeat.ts";
import { MAX_ANSWER_BYTES, MAX_REDIRECTS } from "../src/cli/client/request.ts";
import { MAX_SOCKET_PATH_BYTES } from "../src/cli/socket-path.ts";
import { MAX_ALIGNED_WIDTH } from "../src/cli/terminal/table.ts";
import { MAX_MEASURED_LENGTH } from "../src/cli/terminal/width.ts";
import { HIGHLIGHT_MS, SILENT_MS } from "../src/cli/watch/render.ts";
import { MAX_REQUESTS } from "../src/cli/watch/run.ts";
import { MAX_HUNG_BACKOFF_MS } from "../src/core/pipeline/back-off.ts";
import { MAX_PROBE_BODY_LENGTH } from "../src/core/probe-setting.ts";
import { MAX_NAME_LENGTH } from "../src/core/registration.ts";
import { MAX_QUEUED_CHANGES } from "../src/core/registry/changes.ts";
import { MAX_HISTORY_LIMIT } from "../src/core/registry/registry.ts";
import { MAX_ACCEPT_LENGTH, MAX_ACCEPT_RANGES, parseAccept } from "../src/http/accept.ts";
import { METRICS_TIMEOUT_MS } from "../src/http/collect-metrics.ts";
import { ANY_FORMAT, negotiate } from "../src/http/negotiate.ts";
import {
  MAX_NAMED_FEEDS,
  MAX_NAMED_FEEDS_OF_ADDRESS,
  MAX_PAGE_STREAMS,
  MAX_PAGE_STREAMS_OF_ADDRESS,
  UNSHARED_NAMED_FEEDS,
  UNSHARED_PAGE_STREAMS,
} from "../src/http/page/events.ts";
import {
  PAGE_HEARTBEAT_MS,
  PAGE_READ_EVERY_MS,
  PAGE_RETURN_MS,
  PAGE_SETTLE_MS,
} from "../src/http/page/feed.ts";
import { MAX_LISTED_HANDLERS } from "../src/http/page/list-groups.ts";
import { MAX_ROW_DETAIL_LENGTH } from "../src/http/page/match-filter.ts";
import { PAGE_BYTES_PER_S, PAGE_MAX_GAP_MS, PAGE_MIN_GAP_MS } from "../src/http/page/pace.ts";
import { MAX_PENDING_PAGE_BYTES } from "../src/http/page/pending.ts";
import { MAX_KNOWN_PICTURES } from "../src/http/page/pictures.ts";
import {
  MAX_PAGE_PIECE_BYTES,
  PAGE_STREAM_GRACE_MS,
  PAGE_STREAM_LIFETIME_MS,
} from "../src/http/page/reader.ts";
import { MAX_CHANGE_DETAIL_LENGTH, MAX_SHOWN_CHANGES } from "../src/http/page/render-changes.ts";
import { REFRESH_S } from "../src/http/page/render-document.ts";
import { MAX_HEADLINE_DETAIL_LENGTH, MAX_NAMED_HANDLERS } from "../src/http/page/render-head.ts";
import { MAX_SHOWN_PROPERTY_LENGTH } from "../src/http/page/render-properties.ts";
import { PERMISSION_TIMEOUT_MS } from "../src/http/permission.ts";
import { MAX_SERVICE_LINKS, MAX_SERVICE_TEXT_LENGTH } from "../src/http/service-description.ts";
import { MAX_FORWARDED } from "../src/sentinel/forward.ts";
import { BUSY_AFTER_MS } from "../src/sentinel/own-entries.ts";
import { MAX_SENT_HISTORY } from "../src/sentinel/protocol.ts";
import { HUNG_AFTER_MS, MAX_HEAP_MEBIBYTES, MAX_RESTART_MS, MIN_RESTART_MS } from "../src/sentinel/thread.ts";
import { MAX_TIMER_MS } from "../src/util/clock.ts";
import { MAX_MESSAGE_LENGTH } from "../src/util/describe-error.ts";
import { MAX_LOGGED_LENGTH } from "../src/util/logger.ts";
import { MAX_LOGGED_DETAIL_LENGTH } from "../src/util/printable.ts";
import { MAX_TROUBLE_LINES_PER_MINUTE } from "../src/util/trouble.ts";
import { startAnsweringPostgres } from "./support/answering-postgres.ts";
import { parseSections } from "./support/doc-blocks.ts";
import { checkSection } from "./support/doc-section.ts";

const root = join(import.meta.dirname, "..");
const docs = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"));
const checks = readdirSync(join(root, "docs/checks")).map((file) => `checks/${file}`);
const frameworks = readdirSync(join(root, "docs/frameworks")).map((file) => `frameworks/${file}`);
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...[...docs, ...checks, ...frameworks].map((file) => `docs/${file}`),
];

/** Every block that is not run, with the reason that its page gives. */
const NOT_RUN = [
  "docs/alerts.md: sh, it needs the files of your Prometheus",
  "docs/alerts.md: sh, it needs VictoriaMetrics",
  "docs/architecture.md: text, a picture",
  "docs/architecture.md: text, a picture",
  "docs/busy.md: yaml, a part of a manifest",
  "docs/cli.md: sh, needs a recording",
  "docs/cli.md: text, needs a recording",
  "docs/cli.md: dockerfile, it needs Docker",
  "docs/cli.md: sh, it goes on until somebody ends it",
  "docs/cli.md: text, it goes on until somebody ends it",
  "docs/cli.md: text, it goes on until somebody ends it",
  "docs/cli.md: sh, needs a service with a sentinel",
  "docs/cli.md: text, a line of a Dockerfile",
  "docs/cli.md: sh, it changes the shell of who reads this",
  "docs/cluster.md: js, it is a part of examples/cluster.mjs, which a test runs",
  "docs/cluster.md: js, it is a part of examples/cluster.mjs, which a test runs",
  "docs/cluster.md: js, it is a part of examples/cluster.mjs, which a test runs",
  "docs/cluster.md: sh, it needs pm2",
  "docs/cluster.md: sh, it needs pm2",
  "docs/consumers.md: text, the times are different each time",
  "docs/consumers.md: text, a picture",
  "docs/consumers.md: js, needs a Redis",
  "docs/consumers.md: js, needs a RabbitMQ",
  "docs/consumers.md: js, needs a Kafka",
  "docs/consumers.md: js, needs a NATS server",
  "docs/consumers.md: js, needs a NATS server",
  "docs/doctor.md: sh, what it prints is longer than a page",
  "docs/doctor.md: sh, needs kubectl",
  "docs/fleet.md: sh, it needs Prometheus",
  "docs/fleet.md: text, the times differ",
  "docs/fleet.md: sh, it needs Prometheus",
  "docs/fleet.md: text, the times differ",
  "docs/fleet.md: sh, it needs Prometheus",
  "docs/fleet.md: sh, it needs Prometheus",
  "docs/fleet.md: ts, it needs Prometheus",
  "docs/fleet.md: ts, it needs Prometheus",
  "docs/fleet.md: sh, it needs Prometheus",
  "docs/health-probes.md: text, the time differs",
  "docs/kubernetes.md: sh, it needs a cluster",
  "docs/kubernetes.md: text, it needs a cluster",
  "docs/kubernetes.md: dockerfile, it needs Docker",
  "docs/kubernetes.md: yaml, test/kubernetes-page.test.ts checks it",
  "docs/kubernetes.md: sh, what it prints is longer than a page",
  "docs/kubernetes.md: yaml, test/system/kubernetes-page.test.ts checks it",
  "docs/kubernetes.md: sh, test/system/fleet-rules.test.ts checks the rules",
  "docs/leaving.md: text, the times are another each time",
  "docs/leaving.md: text, a picture",
  "docs/leaving.md: yaml, not tested here",
  "docs/leaving.md: yaml, not tested here",
  "docs/logging.md: json, a line of pino",
  "docs/page.md: haproxy, it needs HAProxy",
  "docs/probe.md: haproxy, it needs HAProxy",
  "docs/recorder.md: yaml, a part of a manifest",
  "docs/serve.md: sh, it goes on until it is told to end",
  "docs/serve.md: json, test/cli/serve/docs.test.ts checks it",
  "docs/serve.md: text, test/cli/serve/docs.test.ts compares it",
  "docs/testing.md: js, it needs Jest",
  "docs/testing.md: js, it needs Vitest",
  "docs/testing.md: js, it is run by node --test",
  "docs/frameworks/fetch.md: js, it needs Nuxt",
  "docs/frameworks/fetch.md: ts, it needs Next.js",
  "docs/frameworks/fetch.md: js, it needs Bun",
  "docs/frameworks/fetch.md: js, it needs Deno",
  "docs/frameworks/fetch.md: js, it needs a worker",
  "docs/frameworks/nest.md: ts, Node runs no decorators",
  "docs/frameworks/nest.md: ts, Node runs no decorators",
];

/** The limits that pages name. */
const LIMITS: Readonly<Record<string, number>> = {
  ATTEMPT_TIMEOUT_MS,
  HIGHLIGHT_MS,
  MAX_SOCKET_PATH_BYTES,
  BUSY_AFTER_MS,
  HUNG_AFTER_MS,
  MAX_ACCEPT_LENGTH,
  MAX_ACCEPT_RANGES,
  MAX_ALIGNED_WIDTH,
  MAX_ANSWER_BYTES,
  MAX_FORWARDED,
  MAX_HEAP_MEBIBYTES,
  MAX_HISTORY_LIMIT,
  MAX_HUNG_BACKOFF_MS,
  MAX_LOGGED_DETAIL_LENGTH,
  MAX_LOGGED_LENGTH,
  MAX_MEASURED_LENGTH,
  MAX_MESSAGE_LENGTH,
  MAX_NAME_LENGTH,
  MAX_PROBE_BODY_LENGTH,
  MAX_QUEUED_CHANGES,
  MAX_REDIRECTS,
  MAX_REQUESTS,
  MAX_RESTART_MS,
  MAX_SENT_HISTORY,
  MAX_TIMER_MS,
  MAX_TROUBLE_LINES_PER_MINUTE,
  MAX_UNREAD_MS,
  SILENT_MS,
  METRICS_TIMEOUT_MS,
  MAX_ROW_DETAIL_LENGTH,
  MAX_CHANGE_DETAIL_LENGTH,
  MAX_LISTED_HANDLERS,
  MAX_SHOWN_CHANGES,
  MAX_HEADLINE_DETAIL_LENGTH,
  MAX_NAMED_HANDLERS,
  MAX_SHOWN_PROPERTY_LENGTH,
  MAX_KNOWN_PICTURES,
  MAX_NAMED_FEEDS,
  MAX_NAMED_FEEDS_OF_ADDRESS,
  MAX_PAGE_PIECE_BYTES,
  MAX_PAGE_STREAMS,
  MAX_PAGE_STREAMS_OF_ADDRESS,
  UNSHARED_NAMED_FEEDS,
  UNSHARED_PAGE_STREAMS,
  MAX_PENDING_PAGE_BYTES,
  PAGE_BYTES_PER_S,
  PAGE_HEARTBEAT_MS,
  PAGE_MAX_GAP_MS,
  PAGE_MIN_GAP_MS,
  PAGE_READ_EVERY_MS,
  PAGE_RETURN_MS,
  PAGE_SETTLE_MS,
  PAGE_STREAM_GRACE_MS,
  PAGE_STREAM_LIFETIME_MS,
  MAX_SERVICE_LINKS,
  MAX_SERVICE_TEXT_LENGTH,
  MIN_RESTART_MS,
  PERMISSION_TIMEOUT_MS,
  REFRESH_S,
};

let postgres: Awaited<ReturnType<typeof startAnsweringPostgres>>;
beforeAll(async () => {
  postgres = await startAnsweringPostgres();
});
afterAll(() => postgres.close());

describe.each(pages.filter((page) => parseSections(read(page)).length > 0))("%s", (page) => {
  const sections = parseSections(read(page)).map((section) => [section.heading, section] as const);

  test.each(sections)("shows what really happens under: %s", async (_heading, section) => {
    const { comparisons, checked, notRun } = await checkSection(section, { DATABASE_URL: postgres.url });
    expect(checked + notRun.length).toBe(section.blocks.length);
    expect(comparisons.map(({ line, came }) => `${page}:${line}\n${came}`)).toEqual(
      comparisons.map(({ line, shown }) => `${page}:${line}\n${shown}`),
    );
  });
});

describe("the pages", () => {
  test("run all of their blocks but a few, each with a reason", () => {
    const blocks = pages.flatMap((page) =>
      parseSections(read(page)).flatMap((section) => section.blocks.map((block) => ({ page, ...block }))),
    );
    const fences = pages.flatMap((page) => read(page).match(/^```/gm) ?? []);
    expect(blocks.length).toBe(fences.length / 2);
    const notRun = blocks.filter(({ notRunBecause }) => notRunBecause !== undefined);
    expect(
      notRun.map(({ page, language, notRunBecause }) => `${page}: ${language}, ${notRunBecause}`),
    ).toEqual(NOT_RUN);
  });

  test("have no link that leads nowhere", () => {
    const broken = pages.flatMap((page) =>
      linksOf(read(page))
        .filter((link) => !leadsSomewhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test("are all in the index", () => {
    const listed = linksOf(read("docs/README.md")).filter((link) => !link.startsWith("../"));
    expect(listed.sort()).toEqual(
      [...docs, ...frameworks, "checks/README.md"].filter((file) => file !== "README.md").sort(),
    );
  });

  test("name the limits as they are", () => {
    const named = pages.flatMap((page) => [
      ...read(page).matchAll(/^\|[^|]*\| ([\d,]+) [^|]*\| `([A-Z_]+)` +\|$/gm),
    ]);
    const limits = named.map(([, value = "", name = ""]) => [name, Number(value.replaceAll(",", ""))]);
    expect(Object.fromEntries(limits)).toEqual(LIMITS);
  });

  test("say who gets which format", () => {
    const [, table = ""] = read("docs/formats.md").split(/^\| `Accept` +\| answer +\|$/m);
    const rows = [...table.matchAll(/^\| (?:none|`([^`]+)`) +\| (\w+) +\|$/gm)];
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.map(([, accept]) => [accept, negotiate(parseAccept(accept), ANY_FORMAT)])).toEqual(
      rows.map(([, accept, format]) => [accept, format]),
    );
  });

  test("give the test command that CI runs", () => {
    const command = "npm ci && npm test";
    expect(read("README.md")).toContain(`\`\`\`sh\n${command}\n\`\`\``);
    expect(read(".ci/run").trimEnd().split("\n").at(-1)).toBe(command);
  });
});

function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** The targets of links to this repository. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !target.startsWith("https://"));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** The anchors of headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
