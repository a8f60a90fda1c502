/** What is given, by whoever the compiler does not check: it is looked at before it goes to WebAssembly. */

import type { WriteOptions } from "./types.ts";

/** More than a position can be. */
const POSITIONS = 2 ** 32;

/** What something is, for an error that refuses it. */
export function said(given: unknown): string {
  if (typeof given === "string") return "a string";
  if (typeof given === "function") return "a function";
  if (typeof given === "bigint") return `${given}n`;
  if (given === null || typeof given !== "object") return String(given);
  if (Array.isArray(given)) return "an array";
  if (isBytes(given)) return "bytes (Uint8Array)";
  const kind = kindOf(given);
  const name = kind === "Object" ? Object.getPrototypeOf(given)?.constructor?.name : kind;
  return name === undefined || name === "Object" ? "an object" : `an object (${name})`;
}

/** What kind of object something is, also if it is of another window, which has classes of its own. */
export function kindOf(given: unknown): string {
  return Object.prototype.toString.call(given).slice(8, -1);
}

/** Refuses something that is given. */
export function unexpected(given: unknown, expected: string): TypeError {
  return new TypeError(`${said(given)} is given, expected ${expected}`);
}

/** A string, which may be said to be something. */
export function asText(given: unknown, what?: string): string {
  if (typeof given !== "string") throw unexpected(given, what === undefined ? "a string" : `${what} (a string)`);
  return given;
}

/** Bytes, which may be said to be something. */
export function asBytes(given: unknown, what = "bytes"): Uint8Array {
  if (!isBytes(given)) throw unexpected(given, `${what} (Uint8Array)`);
  return given;
}

export function isBytes(given: unknown): given is Uint8Array {
  return kindOf(given) === "Uint8Array";
}

/** A position, or how many there are of something. */
export function asPosition(given: unknown): number {
  const position = asIndex(given);
  if (position < 0 || position >= POSITIONS) throw new RangeError(`there is no position ${position}`);
  return position;
}

/** A position that may count from the end. */
export function asIndex(given: unknown): number {
  if (typeof given !== "number") throw unexpected(given, "a position");
  if (!Number.isInteger(given)) throw new RangeError(`there is no position ${given}`);
  return given;
}

/** Two positions, the first one of which does not come after the other. */
export function asRange(start: unknown, end: unknown): [start: number, end: number] {
  const range: [number, number] = [asPosition(start), asPosition(end)];
  if (range[0] > range[1]) throw new RangeError(`the end ${end} comes before the start ${start}`);
  return range;
}

export function asInteger(given: unknown): bigint {
  if (typeof given !== "number" && typeof given !== "bigint") throw unexpected(given, "an integer");
  return BigInt(given);
}

/** A JSON Pointer. */
export function asPointer(given: unknown): string {
  const pointer = asText(given);
  if (pointer === "" || pointer.startsWith("/")) return pointer;
  throw new RangeError(`a JSON Pointer is "" or begins with "/", unlike ${JSON.stringify(pointer)}`);
}

/** What is said about a change, as WebAssembly takes it. */
export function asSaid({ message, time }: WriteOptions): [message: string | undefined, time: number | undefined] {
  return [message === undefined ? undefined : asText(message), time === undefined ? undefined : asTime(time)];
}

function asTime(given: unknown): number {
  if (kindOf(given) !== "Date") throw unexpected(given, "a time (Date)");
  const time = (given as Date).getTime();
  if (Number.isNaN(time)) throw new RangeError("the time is no date");
  return time;
}

/** An entry of an object that is a map; nothing that its class gives it, such as `constructor`, is one. */
export function own(entries: object, name: string): unknown {
  return Object.hasOwn(entries, name) ? (entries as { [name: string]: unknown })[name] : undefined;
}
