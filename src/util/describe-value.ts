const MAX_SHOWN_LENGTH = 60;

export function isClass(value: unknown): boolean {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** A short text for any value. Never throws and never prints the contents of an object. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value));
  if (typeof value === "bigint") return `${shorten(String(value))}n`;
  if (typeof value === "function") return describeFunction(value);
  if (typeof value === "object" && value !== null) return describeObject(value);
  return String(value);
}

function describeFunction(value: { readonly name: unknown }): string {
  if (!isClass(value)) return "a function";
  try {
    const { name } = value;
    return typeof name === "string" && name !== "" ? `the class ${shorten(name)}` : "a class";
  } catch {
    return "a class";
  }
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return "an array";
    if (value instanceof Promise) return "a promise";
    return "an object";
  } catch {
    return "an object that cannot be read";
  }
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}
