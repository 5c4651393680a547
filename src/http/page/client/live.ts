import { noteServerTime, updateAges } from "./ages.ts";
import { find } from "./find.ts";
import { type News, showNews, showState, toNews } from "./news.ts";

/** Polling interval if the page cannot use the event stream. */
const ASK_EVERY_MS = 2_000;

/** Minimum pause between polls, used if a response takes longer than the interval. */
const MIN_REST_MS = 250;

/** The stream sends something at least every second. After this silence, the page reports "No answer". */
const SILENCE_MS = 5_000;

/** The server checks the handlers every 2 s. A result older than this may be out of date. */
const LATE_MS = 5_000;

/** Timeout of a poll. A response waits for the slowest handler, so the page allows it this long. */
const PATIENCE_MS = 15_000;

type Link = "live" | "asking" | "late" | "silent" | "lost" | "paused";

const WORDS: Readonly<Record<Link, string>> = {
  live: "Live",
  asking: `Updated every ${ASK_EVERY_MS / 1_000} s`,
  late: "Checks are late",
  silent: `No answer for over ${SILENCE_MS / 1_000} s`,
  lost: "Connection lost",
  paused: "Paused",
};

/** The links that do not update the page. */
const STALE: readonly Link[] = ["silent", "lost", "paused"];

/** Keeps the page up to date, and shows whether it is. */
export function startLive(): void {
  const url = new URL(document.documentElement.dataset["events"] ?? "", location.href);
  const pause = find<HTMLButtonElement>("pause");
  const mayHaveEvents = typeof EventSource === "function";
  let source: EventSource | undefined;
  let timer = 0;
  let silence = 0;
  let link: Link | undefined;
  let hasEvents = mayHaveEvents;

  function show(newLink: Link, reason = ""): void {
    const isStale = STALE.includes(newLink);
    const words = WORDS[newLink] + reason + (isStale ? ". Last known state" : "");
    const text = find("link");
    if (text.textContent !== words) text.textContent = words;
    if (newLink === link) return;
    link = newLink;
    const { classList } = document.documentElement;
    classList.toggle("late", link === "late");
    classList.toggle("silent", link === "silent");
    classList.toggle("lost", link === "lost" || link === "silent");
    classList.toggle("stale", isStale);
    showAge(isStale);
    showState();
  }

  /** Records a sign of life. A silence after it may mean a busy server instead of a lost connection. */
  function noteSign(): void {
    clearTimeout(silence);
    silence = setTimeout(() => link !== "lost" && show("silent"), SILENCE_MS);
  }

  function connect(): void {
    if (hasEvents) listen();
    else void ask();
  }

  function listen(): void {
    const opened = new EventSource(url);
    source = opened;
    hear("picture", (news: News) => showNews(news));
    hear("read", (read: Read) => {
      noteRead(read);
      show(isLate(read) ? "late" : "live");
    });
    // The server ends each stream after a while and checks permissions again.
    opened.addEventListener("again", () => restart());
    opened.addEventListener("error", () => fail());
    timer = setTimeout(giveUpEvents, PATIENCE_MS);

    function hear<Data>(event: string, note: (data: Data) => void): void {
      opened.addEventListener(event, ({ data }: MessageEvent<string>) => {
        note(JSON.parse(data) as Data);
        noteSign();
        clearTimeout(timer);
        timer = setTimeout(fail, SILENCE_MS);
      });
    }
  }

  /** Falls back to polling: a proxy may buffer the stream, or the server may not respond at all. */
  function giveUpEvents(): void {
    hasEvents = false;
    fail();
  }

  function fail(): void {
    stop();
    void ask();
  }

  async function ask(): Promise<void> {
    const controller = new AbortController();
    const askedAt = performance.now();
    timer = setTimeout(() => controller.abort(), PATIENCE_MS);
    const stopped = timer;
    const answer = await askPage(controller.signal);
    if (timer !== stopped) return; // paused meanwhile
    clearTimeout(timer);
    if (typeof answer === "string") {
      hasEvents = mayHaveEvents;
      show("lost", answer);
    } else {
      noteSign();
      noteRead(answer);
      show(isLate(answer) ? "late" : "asking");
      showNews(answer.news);
    }
    timer = setTimeout(connect, Math.max(MIN_REST_MS, ASK_EVERY_MS - (performance.now() - askedAt)));
  }

  function stop(): void {
    source?.close();
    source = undefined;
    clearTimeout(timer);
    timer = 0;
  }

  function restart(): void {
    stop();
    connect();
  }

  pause.addEventListener("click", () => {
    const isPaused = link !== "paused";
    pause.textContent = isPaused ? "Resume" : "Pause";
    noteSign();
    if (!isPaused) return restart();
    stop();
    clearTimeout(silence);
    show("paused");
  });
  setInterval(() => updateAges(document), 1_000);
  noteSign();
  connect();
}

/** When the server read the state, and the time of its clock. */
interface Read {
  readonly at: string;
  readonly now: number;
}

function isLate({ at, now }: Read): boolean {
  return now - Date.parse(at) > LATE_MS;
}

/** `; last result 8 s ago`, or `, 8 s old` after `Last known state`. */
function showAge(isStale: boolean): void {
  const time = document.querySelector<HTMLTimeElement>(".link time");
  if (!time?.previousSibling) return;
  time.previousSibling.textContent = isStale ? ", " : "; last result ";
  time.dataset["age"] = isStale ? " old" : " ago";
  updateAges(document);
}

function noteRead({ at, now }: Read): void {
  noteServerTime(now);
  const time = document.querySelector<HTMLTimeElement>(".link time");
  if (time && time.dateTime !== at) {
    time.dateTime = at;
    time.title = at;
  }
  updateAges(document);
}

/** The current page, or the reason why there is none. */
async function askPage(signal: AbortSignal): Promise<(Read & { readonly news: News }) | string> {
  const { events = "" } = document.documentElement.dataset;
  const url = new URL(events.replace(/\.events(?=\?|$)/, ".html"), location.href);
  try {
    const response = await fetch(url, { signal, cache: "no-store" });
    if (!response.ok) return ` (HTTP status ${response.status})`;
    const page = await response.text();
    const parsed = new DOMParser().parseFromString(page, "text/html");
    const at = parsed.querySelector<HTMLTimeElement>(".link time")?.dateTime;
    return at === undefined
      ? ""
      : { at, now: Number(parsed.documentElement.dataset["now"]), news: toNews(parsed) };
  } catch {
    return "";
  }
}
