import { createTarget, type DeliveryTarget } from "./target.ts";

/**
 * Sends notifications to a webhook. Throws a TypeError for an invalid URL. Its messages never contain
 * secrets.
 */
export function createPost(url: unknown): DeliveryTarget {
  const { href, origin, pathname } = toWebhook(url);
  const target = createTarget((notification, { signal }) =>
    fetch(href, {
      method: "POST",
      headers: { "Content-Type": "application/json", "User-Agent": "svc-status" },
      body: JSON.stringify(notification),
      // The notification is for this receiver only, and a redirect often turns a POST into a GET without a
      // body.
      redirect: "manual",
      signal,
    }),
  );

  /** Redacts the webhook's path, which is as secret as a password. */
  function hideSecrets(text: string): string {
    const [before = "", ...urls] = text.split(origin);
    const shown = [before, ...urls.map((rest) => rest.replace(/^\S+/, "/***"))].join(origin);
    return pathname === "/" ? shown : shown.replaceAll(pathname, "/***");
  }

  return {
    label: origin,
    async attempt(notification, signal) {
      const failure = await target.attempt(notification, signal);
      return failure && { ...failure, why: hideSecrets(failure.why) };
    },
  };
}

function toWebhook(url: unknown): URL {
  const parsed = parse(url);
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(
      "url: expected an absolute http or https URL, got something else (not shown: it may be secret)",
    );
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new TypeError(
      "url: expected no user and password in it, got some: let send set an Authorization header",
    );
  }
  return parsed;
}

function parse(url: unknown): URL | undefined {
  try {
    return new URL(String(url));
  } catch {
    return undefined;
  }
}
