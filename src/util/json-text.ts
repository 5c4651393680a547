const NOT_PRINTABLE_ASCII = /[^ -~]/g;
const IS_PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * The same JSON in printable ASCII. It is the same to every parser and cannot control the terminal of a curl
 * user. The original writes its JSON in the same way.
 */
export function toAsciiJson(json: string): string {
  return IS_PRINTABLE_ASCII.test(json) ? json : json.replace(NOT_PRINTABLE_ASCII, toEscape);
}

function toEscape(codeUnit: string): string {
  return `\\u${codeUnit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
