import { updateAges } from "./ages.ts";
import { find } from "./find.ts";
import { showState } from "./news.ts";

/** Polling interval if the page cannot use the event stream. */
export const POLL_EVERY_MS = 2_000;

/** The stream sends data at least every second. After this silence, the page reports "No answer". */
export const SILENCE_MS = 5_000;

export type Link = "live" | "polling" | "late" | "silent" | "lost" | "paused";

const WORDS: Readonly<Record<Link, string>> = {
  live: "Live",
  polling: `Updated every ${POLL_EVERY_MS / 1_000} s`,
  late: "Checks are late",
  silent: `No answer for over ${SILENCE_MS / 1_000} s`,
  lost: "Connection lost",
  paused: "Paused",
};

/** The links that do not update the page. */
const STALE: readonly Link[] = ["silent", "lost", "paused"];

/** Shows whether the page is up to date. */
export interface LinkDisplay {
  readonly isPaused: boolean;
  show(link: Link, reason?: string): void;
  /** Records a sign of life. A silence after it may mean a busy server instead of a lost connection. */
  recordSign(): void;
  pause(): void;
}

export function createLinkDisplay(): LinkDisplay {
  let silence = 0;
  let link: Link | undefined;

  function show(newLink: Link, reason = ""): void {
    const isStale = STALE.includes(newLink);
    // The page of a fleet is late if Prometheus does not answer.
    const own = newLink === "late" ? document.documentElement.dataset["lateText"] : undefined;
    const words = (own ?? WORDS[newLink]) + reason + (isStale ? ". Last known state" : "");
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

  return {
    get isPaused() {
      return link === "paused";
    },
    show,
    recordSign() {
      clearTimeout(silence);
      silence = setTimeout(() => link !== "lost" && show("silent"), SILENCE_MS);
    },
    pause() {
      clearTimeout(silence);
      show("paused");
    },
  };
}

/** `; last result 8 s ago`, or `, 8 s old` after `Last known state`. */
function showAge(isStale: boolean): void {
  const time = document.querySelector<HTMLTimeElement>(".link time");
  if (!time?.previousSibling) return;
  time.previousSibling.textContent = isStale ? ", " : "; last result ";
  time.dataset["age"] = isStale ? " old" : " ago";
  updateAges(document);
}
