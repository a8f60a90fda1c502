/** What is given from outside and goes to the other side of WebAssembly, which takes everything for what it expects. */

export function asText(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${what} is a string, and not ${kindOf(value)}`);
}

export function asBytes(value: unknown, what: string): Uint8Array {
  if (Object.prototype.toString.call(value) === "[object Uint8Array]") return value as Uint8Array;
  throw new TypeError(`${what} are a Uint8Array, and not ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? Object.prototype.toString.call(value).slice(8, -1) : `the ${typeof value} ${String(value)}`;
}
