import { toWellFormed } from "../../util/text.ts";

/** The page of an instance, from a template such as `http://{instance}/svc_status`. Accepts only http and https. */
export function toInstanceUrl(
  template: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  const text = template.replace(/\{([A-Za-z_]\w*)\}/g, (_, label: string) => {
    const value = labels[label] ?? "";
    // An address stays unchanged, because the colon before its port must not be escaped.
    return /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i.test(value)
      ? value
      : encodeURIComponent(toWellFormed(value));
  });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.username + url.password === "" ? url.href : undefined;
}
