import { setServerTime, updateAges } from "./ages.ts";
import { find } from "./find.ts";
import { spread } from "./frames.ts";
import { createLinkDisplay, type Link, type LinkDisplay, POLL_EVERY_MS, SILENCE_MS } from "./link.ts";
import { getSeen, type PageNews, showNews, toNews } from "./news.ts";

/** Minimum pause between polls, used if a response takes longer than the interval. */
const MIN_REST_MS = 250;

/** The server checks the handlers every 2 s. A result older than this may be out of date, unless the page sets another time. */
const LATE_MS = 5_000;

/** Timeout of a poll. A response waits for the slowest handler, so the page allows it this long. */
const PATIENCE_MS = 15_000;

/** Keeps the page up to date, and shows whether it is. */
export function startLive(): void {
  const link = createLinkDisplay();
  const mayHaveEvents = typeof EventSource === "function";
  let source: EventSource | undefined;
  let timer = 0;
  let hasEvents = mayHaveEvents;
  /** Whether the next update lists other handlers. */
  let isOtherList = false;

  function connect(): void {
    if (hasEvents) listen();
    else void poll();
  }

  function listen(): void {
    const url = new URL(document.documentElement.dataset["events"] ?? "", location.href);
    const seen = getSeen();
    if (seen !== "") url.searchParams.set("seen", seen);
    const opened = new EventSource(url);
    source = opened;
    listenFor(opened, "picture", showUpdate, handleEvent);
    listenFor(opened, "read", (read: Read) => showRead(link, read, "live"), handleEvent);
    // The server ends each stream after a while and checks permissions again.
    opened.addEventListener("again", () => restart());
    opened.addEventListener("error", () => fail());
    timer = setTimeout(giveUpEvents, PATIENCE_MS);
  }

  function showUpdate(news: PageNews, id = ""): void {
    spread(showNews(news, id, isOtherList));
    isOtherList = false;
  }

  function handleEvent(): void {
    link.recordSign();
    clearTimeout(timer);
    timer = setTimeout(fail, SILENCE_MS);
  }

  /** Falls back to polling: a proxy may buffer the stream, or the server may not respond at all. */
  function giveUpEvents(): void {
    hasEvents = false;
    fail();
  }

  function fail(): void {
    stop();
    void poll();
  }

  async function poll(): Promise<void> {
    const controller = new AbortController();
    const startedAt = performance.now();
    timer = setTimeout(() => controller.abort(), PATIENCE_MS);
    const stopped = timer;
    const answer = await fetchPage(controller.signal);
    if (timer !== stopped) return; // paused meanwhile
    clearTimeout(timer);
    if (typeof answer === "string") {
      hasEvents = mayHaveEvents;
      link.show("lost", answer);
    } else {
      link.recordSign();
      showRead(link, answer, "polling");
      showUpdate(answer.news);
    }
    timer = setTimeout(connect, Math.max(MIN_REST_MS, POLL_EVERY_MS - (performance.now() - startedAt)));
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

  listenToPause(link, { stop, restart });
  addEventListener("list", () => {
    isOtherList = true;
    if (!link.isPaused) restart();
  });
  setInterval(() => updateAges(document), 1_000);
  link.recordSign();
  connect();
}

function listenToPause(link: LinkDisplay, connection: { stop(): void; restart(): void }): void {
  const pause = find<HTMLButtonElement>("pause");
  pause.addEventListener("click", () => {
    const isPaused = !link.isPaused;
    pause.textContent = isPaused ? "Resume" : "Pause";
    link.recordSign();
    if (!isPaused) return connection.restart();
    connection.stop();
    link.pause();
  });
}

/** Calls `handle` with the data of each event, then `onEvent`. */
function listenFor<Data>(
  source: EventSource,
  event: string,
  handle: (data: Data, id: string) => void,
  onEvent: () => void,
): void {
  source.addEventListener(event, ({ data, lastEventId }: MessageEvent<string>) => {
    handle(JSON.parse(data) as Data, lastEventId);
    onEvent();
  });
}

function showRead(link: LinkDisplay, read: Read, current: Link): void {
  showReadTime(read);
  link.show(isLate(read) ? "late" : current);
}

/** When the server read the state, and the time of its clock. */
interface Read {
  readonly at: string;
  readonly now: number;
}

function isLate({ at, now }: Read): boolean {
  return now - Date.parse(at) > Number(document.documentElement.dataset["late"] ?? LATE_MS);
}

function showReadTime({ at, now }: Read): void {
  setServerTime(now);
  const time = document.querySelector<HTMLTimeElement>(".link time");
  if (time && time.dateTime !== at) {
    time.dateTime = at;
    time.title = at;
  }
  updateAges(document.querySelector(".link") ?? document);
}

/** The current page, or the reason why there is none. */
async function fetchPage(signal: AbortSignal): Promise<(Read & { readonly news: PageNews }) | string> {
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
