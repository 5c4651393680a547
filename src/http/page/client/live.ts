import { noteServerTime, updateAges } from "./ages.ts";
import { find } from "./find.ts";
import { type News, showNews, showState, toNews } from "./news.ts";

/** So often it is asked where the news do not come by themselves. */
const ASK_EVERY_MS = 2_000;

/** Who takes longer than that to answer is asked again soon: each second more would make the picture older. */
const MIN_REST_MS = 250;

/** The news say at least each second that they are there. After so long a silence it is said that nobody answers. */
const SILENCE_MS = 5_000;

/** The handlers are asked every 2 s. What was read so long ago may be otherwise by now, whoever says it. */
const LATE_MS = 5_000;

/** An answer waits for the slowest handler, and those may take their time: only after this it is asked anew. */
const PATIENCE_MS = 15_000;

type Link = "live" | "asking" | "late" | "silent" | "lost" | "paused";

const WORDS: Readonly<Record<Link, string>> = {
  live: "Live",
  asking: `Updated every ${ASK_EVERY_MS / 1_000} s`,
  late: "No newer answer: this is how it was",
  silent: `No answer for over ${SILENCE_MS / 1_000} s: this is how it was`,
  lost: "Connection lost: this is how it was",
  paused: "Paused: this is how it was",
};

/** Keeps the page up to date, and says whether it is. */
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
    const words = WORDS[newLink] + reason;
    const text = find("link");
    if (text.textContent !== words) text.textContent = words;
    if (newLink === link) return;
    link = newLink;
    const { classList } = document.documentElement;
    classList.toggle("late", link === "late");
    classList.toggle("silent", link === "silent");
    classList.toggle("lost", link === "lost" || link === "silent");
    classList.toggle("stale", link === "lost" || link === "silent" || link === "paused");
    showState();
  }

  /** Somebody was there just now. Who is silent from now on may be busy: that is not a connection that is lost. */
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
    // The server lets every reader go after a while, and decides again who may read.
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

  /** Something between here and the server holds back what does not end, unless nobody answers at all. */
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

/** When the server has read the picture, and what its clock says. */
interface Read {
  readonly at: string;
  readonly now: number;
}

function isLate({ at, now }: Read): boolean {
  return now - Date.parse(at) > LATE_MS;
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

/** The page as it is now, or why there is none. */
async function askPage(signal: AbortSignal): Promise<(Read & { readonly news: News }) | string> {
  const { events = "" } = document.documentElement.dataset;
  const url = new URL(events.replace(/\.events(?=\?|$)/, ".html"), location.href);
  try {
    const response = await fetch(url, { signal, cache: "no-store" });
    if (!response.ok) return ` (the server answers ${response.status})`;
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
