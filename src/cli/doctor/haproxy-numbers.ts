import { type Problem, type Source, toDefined } from "./numbers.ts";

interface Section {
  readonly kind: string;
  readonly name: string;
  /** The `defaults` that it names. */
  readonly from: string | undefined;
  readonly lines: readonly (readonly string[])[];
}

interface Server {
  readonly name: string;
  readonly params: readonly string[];
  /** Of a template: the number of its servers. */
  readonly count: number;
}

/** Milliseconds of each unit. */
const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  "": 1,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SECTION = /^(?:global|defaults|frontend|backend|listen|resolvers|peers|userlist|cache|program)$/;

/** Directives that the doctor reads. Others are listed as not judged. */
const JUDGED =
  /^(?:server(?:-template)? |default-server|timeout check|option httpchk(?:$| .*\/(?:probe_status|readyz)\b)|option redispatch|retries)/;

/** Checks of databases and mail servers, which have no probe. */
const FOREIGN_CHECK = /^option (?:(?:pgsql|mysql|redis|ldap|spop)-check|smtpchk)/;

/** The backends of a haproxy.cfg, with the settings that they inherit from the `defaults` above them. */
export function toHaproxySources(text: string): readonly Source[] {
  const defaults = new Map<string | undefined, Section["lines"]>();
  return toSections(text).flatMap((section) => {
    const { kind, name, from } = section;
    const isDefaults = kind === "defaults";
    // `defaults` inherit only from others that they name; `undefined` is the last one.
    const inherited = isDefaults && from === undefined ? [] : (defaults.get(from) ?? []);
    const lines = [...inherited, ...section.lines];
    if (isDefaults) defaults.set(name, lines).set(undefined, lines);
    return kind === "backend" || kind === "listen" ? toSource({ ...section, lines }) : [];
  });
}

function toSections(text: string): readonly Section[] {
  const sections: (Section & { lines: string[][] })[] = [];
  for (const line of text.split("\n")) {
    const words = line
      .replace(/(^|\s)#.*/, "")
      .split(/\s+/)
      .filter((word) => word !== "");
    const [kind = "", name = "", word, from] = words;
    if (SECTION.test(kind))
      sections.push({ kind, name, from: word === "from" ? from : undefined, lines: [] });
    else if (words.length > 0) sections.at(-1)?.lines.push(words);
  }
  return sections;
}

function toSource({ kind, name, lines }: Section): readonly Source[] {
  const texts = lines.map((words) => words.join(" "));
  const usual = lines.filter(([word]) => word === "default-server").flatMap(([, ...params]) => params);
  const servers = lines
    .filter(([word]) => word === "server" || word === "server-template")
    .map(([word, name = "", size = "", ...own]): Server => {
      // `server NAME ADDRESS …`, and `server-template PREFIX 3 ADDRESS …`, or `1-3`.
      const isTemplate = word === "server-template";
      const [one = 1, other] = isTemplate ? size.split("-").map(Number) : [];
      const params = [...usual, ...own.slice(isTemplate ? 1 : 0)];
      return { name, params, count: (other === undefined ? one : other - one + 1) || 1 };
    });
  const isForeign = FOREIGN_CHECK.test(texts.findLast((text) => /^option \S+ch(?:ec)?k\b/.test(text)) ?? "");
  if (servers.length === 0 || isForeign) return [];
  const primaries = servers.filter(({ params }) => !params.includes("backup"));
  const count = primaries.reduce((sum, server) => sum + server.count, 0);
  const checked = servers.filter(
    ({ params }) => params.lastIndexOf("check") > params.lastIndexOf("no-check"),
  );
  const find = (param: string): number | undefined => {
    const values = checked.flatMap(({ params }) => toNumber(params, param) ?? []);
    return values.length === 0 ? undefined : Math.max(...values);
  };
  const declared = toDefined({
    probeIntervalMs: find("inter"),
    probeTimeoutMs: toMs(
      /^timeout check (\S+)$/.exec(texts.findLast((text) => /^timeout check /.test(text)) ?? "")?.[1],
    ),
    fall: find("fall"),
    rise: find("rise"),
    // With a backup, a single server is not alone.
    instances: count > 1 || primaries.length === servers.length ? count : undefined,
  });
  const unread = texts.filter((text) => !JUDGED.test(text));
  const params = servers.flatMap((server) => server.params.filter((_, at, all) => isUnread(all, at)));
  const ignored = [...new Set([...unread, ...params])];
  const problems = findProblems(servers, checked, texts);
  return [{ title: `${kind} ${name}`, platform: "haproxy", declared, ignored, problems }];
}

function findProblems(
  servers: readonly Server[],
  checked: readonly Server[],
  texts: readonly string[],
): readonly Problem[] {
  const blind = servers.filter((server) => !checked.includes(server)).map(({ name }) => name);
  const retries = Number(
    /^retries (\d+)$/.exec(texts.findLast((text) => /^retries /.test(text)) ?? "")?.[1] ?? 3,
  );
  const findLast = (option: string): string => texts.findLast((text) => text.includes(option)) ?? "";
  const isOn = (option: string): boolean => /^option/.test(findLast(option));
  const isBare = findLast("option httpchk") === "option httpchk";
  const requestsPath = !isBare || texts.some((text) => /^http-check send .*\buri /.test(text));
  return [
    ...(blind.length === 0
      ? []
      : [
          {
            severity: "error" as const,
            text: `HAProxy never checks ${blind.join(", ")}: it sends requests to a decommissioned instance until its port is closed`,
            remedy: "add check to default-server",
          },
        ]),
    ...(isOn("option httpchk") && requestsPath
      ? []
      : [
          {
            severity: "error" as const,
            text: `${isBare ? "option httpchk alone requests /" : "without option httpchk, a check only connects"}: a decommissioned instance stays in service`,
            remedy: "add option httpchk GET /probe_status",
          },
        ]),
    ...(isOn("option redispatch") && retries > 0
      ? []
      : [
          {
            severity: "warning" as const,
            text: `${retries === 0 ? "retries 0" : "without option redispatch"}: a connection that one instance refuses is not tried at another one`,
            remedy: "add option redispatch, and retries of at least 1",
          },
        ]),
  ];
}

const READ_PARAMS: readonly string[] = ["inter", "fall", "rise"];
const FLAGS: readonly string[] = ["check", "no-check", "backup"];

function isUnread(params: readonly string[], at: number): boolean {
  const [before = "", word = ""] = [params[at - 1], params[at]];
  return !READ_PARAMS.includes(word) && !READ_PARAMS.includes(before) && !FLAGS.includes(word);
}

function toNumber(params: readonly string[], name: string): number | undefined {
  const at = params.lastIndexOf(name);
  if (at === -1) return undefined;
  return name === "inter" ? toMs(params[at + 1]) : Number(params[at + 1]);
}

/** A time of HAProxy. Without a unit, it is in milliseconds. */
function toMs(text = ""): number | undefined {
  const [, number, unit = ""] = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text) ?? [];
  return number === undefined ? undefined : Math.ceil(Number(number) * (UNITS[unit] ?? 1));
}
