/** The page with what you can break: forms, so that it needs no script. */
export function createPanel(outages) {
  const broken = new Set();
  /** One change at a time, because an instance that starts cannot be killed yet. */
  let changing = Promise.resolve();

  function change(action, name) {
    const run = async () => {
      // A second request must not break it twice.
      if (broken.has(name) === (action === "break")) return;
      await outages[name][action]();
      if (action === "break") broken.add(name);
      else broken.delete(name);
    };
    const changed = changing.then(run);
    changing = changed.catch(() => {});
    return changed;
  }

  /** `GET /`, and `POST /break/NAME` and `POST /fix/NAME` for the forms and for curl. */
  return async function answerPanel(request, response) {
    const [, action, name] = /^\/(break|fix)\/(\w+)$/.exec(request.url) ?? [];
    if (request.method === "GET" && request.url === "/") {
      response.writeHead(200, HEADERS).end(renderPanel(outages, broken));
    } else if (request.method !== "POST" || !Object.hasOwn(outages, name ?? "")) {
      response.writeHead(404).end("not found\n");
    } else if (request.headers["sec-fetch-site"] === "cross-site") {
      // Another site that is open in the browser must not break anything.
      response.writeHead(403).end("forbidden\n");
    } else {
      await change(action, name);
      response.writeHead(303, { Location: "/" }).end(`${outages[name].effect}\n`);
    }
  };
}

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
};

function renderPanel(outages, broken) {
  const items = Object.entries(outages).map(([name, { title, effect }]) => {
    const isBroken = broken.has(name);
    const action = isBroken ? "fix" : "break";
    return `<li>
      <h2 id="${name}">${title}</h2>
      <p>${isBroken ? "<strong>Broken.</strong> Within a few seconds: " : ""}${effect}</p>
      <form method="post" action="/${action}/${name}">
        <button aria-describedby="${name}">${isBroken ? "Fix it" : "Break it"}</button>
      </form>
    </li>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Break the fleet</title>
<style>
  :root { color-scheme: light dark; background: Canvas; color: CanvasText; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 42rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere }
  ul { list-style: none; padding: 0 }
  li { border-top: 1px solid GrayText; padding: .5rem 0 }
  h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 0 } p { margin: .25rem 0 }
  button { font: inherit; padding: .4rem 1rem; min-height: 2.75rem }
</style>
</head>
<body>
<main>
<h1>Break the fleet</h1>
<p>Open <a href="/fleet" target="fleet">the fleet in another tab</a>, then break the database of accounts.</p>
<ul>${items.join("")}</ul>
</main>
</body>
</html>
`;
}
