import { PAGE_SCRIPT, PAGE_SCRIPT_HASH, PAGE_STYLE, PAGE_STYLE_HASH } from "./assets.ts";
import { html, type Markup, toText, verbatim } from "./markup.ts";
import { type Mark, renderShapes, toFavicon } from "./state-markup.ts";
import { renderAge } from "./time-markup.ts";

/** Interval at which the browser reloads the page if the script does not run. */
export const REFRESH_S = 10;

/** Allows only the page's own style, script and favicon, and no frames around it. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src '${PAGE_STYLE_HASH}'`,
    `script-src '${PAGE_SCRIPT_HASH}'`,
    "connect-src 'self'",
    "img-src data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "Referrer-Policy": "no-referrer",
};

// Outside the template, because bundlers replace tagged templates that contain `</script>` with a helper
// function.
const SCRIPT: Markup = verbatim(`<script type="module">${PAGE_SCRIPT}</script>`);

/** The parts of a page. */
export interface DocumentParts {
  readonly title: string;
  readonly mark: Mark;
  /** The URL of the updates. Without it, the page shows a moment in the past and has no script. */
  readonly eventsUrl: string | undefined;
  /** The words of a page that does not update itself. Default: it shows a moment in the past. */
  readonly snapshot?: string | undefined;
  readonly now: number;
  /** When the server read the data of the page. */
  readonly at: Date;
  /** A result that is older than this may be out of date. Default: that of the script. */
  readonly lateMs?: number;
  /** Why a result is that old. Default: the checks are late. */
  readonly lateText?: string;
  /** Symbols that the rows use. */
  readonly symbols: Markup;
  readonly head: Markup;
  /** Further buttons that need the script. */
  readonly buttons: Markup | false;
  readonly filter: Markup;
  readonly isFiltered: boolean;
  /** The name of a row: `handler`. */
  readonly noun: string;
  readonly rows: readonly Markup[];
  /** Whether the filter hides every row. */
  readonly hidesAll: boolean;
  readonly footer: Markup;
}

/** The frame of every page: its head, its bar, its list of rows. */
export function renderDocument(parts: DocumentParts): string {
  const { title, mark, eventsUrl, now, at, lateMs, noun, isFiltered } = parts;
  const isLive = eventsUrl !== undefined;
  const freshness = isLive
    ? html`<span id="link" role="status">Snapshot; reloads every ${REFRESH_S} s</span><span>, last result ${renderAge(at, now, " ago")}</span>`
    : html`<span id="link">${parts.snapshot ?? "Past"}</span>`;
  return toText(html`${verbatim("<!doctype html>")}<html lang="en" data-events="${eventsUrl ?? ""}" data-now="${now}"${
    lateMs !== undefined && html` data-late="${lateMs}"`
  }${
    parts.lateText !== undefined && html` data-late-text="${parts.lateText}"`
  } data-lost-icon="${toFavicon("unknown")}">
    <head>
      <meta charset="utf-8">
      <title>${title}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex">
      <meta name="color-scheme" content="light dark">
      ${isLive && html`<noscript><meta http-equiv="refresh" content="${REFRESH_S}"></noscript>`}
      <link rel="icon" href="${toFavicon(mark)}">
      <style>${verbatim(PAGE_STYLE)}</style>
    </head>
    <body>
      <a class="skip" href="#handlers">Skip to the ${noun}s</a>
      ${renderShapes(parts.symbols)}
      ${parts.head}
      <main>
      <div class="bar">
        <p class="link">${freshness}</p>
        <p class="toggle"><label><input type="checkbox" id="tools" autocomplete="off"${isFiltered && html` checked`}> Tools</label><span id="filtered"${!isFiltered && html` hidden`}>, filter on</span></p>
        <p class="actions scripted"><button type="button" id="pause">Pause</button> <button type="button" id="copy">Copy as Markdown</button>${parts.buttons}</p>
        ${parts.filter}
      </div>
      <section id="handlers" tabindex="-1">
        <h2 class="quiet">${noun.charAt(0).toUpperCase()}${noun.slice(1)}s</h2>
        <ul id="rows" class="rows">${parts.rows}</ul>
        <p id="none" class="none"${!parts.hidesAll && html` hidden`}>No listed ${noun} matches the filter.</p>
      </section>
      </main>
      <div class="notices scripted" role="status">
        <p id="moved" class="moved" hidden><span></span> <button type="button">Close</button></p>
        <button type="button" id="sort" hidden></button>
      </div>
      <footer>
        ${parts.footer}
      </footer>
      <p id="news" class="quiet" aria-live="polite"></p>
      ${isLive && SCRIPT}
    </body>
  </html>`);
}
