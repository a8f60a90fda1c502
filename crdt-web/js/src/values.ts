/**
 * Plain values: from what WebAssembly gives, which knows no schema, to the types that are declared, and from these to
 * what it takes.
 *
 * What comes has integers as numbers where these hold them exactly, maps as objects, and keys as
 * text. What goes there may have integers as either, so that only maps are to be written otherwise.
 */

import { asText, isBytes, kindOf, own, said, unexpected } from "./checks.ts";
import { step } from "./pointer.ts";
import { type Fields, type Node, type Schema, type Variant, isBig, resolve } from "./schema.ts";

/** What has a plain value under this is written as that: an editor, as what it edits reads. */
export const PLAIN = Symbol("plain value");

/** How deeply a value may nest: more than any that is written. */
const DEEPEST = 512;

/** A value that was read, as the schema wants it. */
export function decode(schema: Schema, node: Node, raw: unknown): unknown {
  const resolved = resolve(schema, node);
  if (resolved === "unit" || typeof resolved === "string") return raw;
  if ("register" in resolved) return decodeLeaf(resolved.register.value, raw);
  if ("counter" in resolved) return decodeLeaf(resolved.counter, raw);
  if ("list" in resolved) return (raw as unknown[]).map((item) => decode(schema, resolved.list, item));
  if ("set" in resolved) return (raw as unknown[]).map((key) => decodeLeaf(resolved.set, key));
  if ("map" in resolved) return decodeMap(schema, resolved.map, raw as { [key: string]: unknown });
  if ("option" in resolved) return raw === null ? null : decode(schema, resolved.option, raw);
  if ("struct" in resolved) return decodeFields(schema, resolved.struct, raw);
  if ("enum" in resolved) return decodeVariant(schema, resolved.enum, raw);
  return raw;
}

/**
 * A value that is to be written at a path, as WebAssembly takes it: a copy that is plain data and nothing else. So
 * what a getter throws is thrown here, and not where something is open.
 *
 * What is no plain value is refused, and so is a struct without all of its fields: what is left out would be written
 * as a default over what is there.
 */
export function encode(schema: Schema, node: Node, value: unknown, path = ""): unknown {
  return new Encoder(schema, path).node(node, value);
}

/** A value of a register, counter or key. */
export function decodeLeaf(rust: string, raw: unknown): unknown {
  const inner = rust.startsWith("Option<") ? rust.slice(7, -1) : rust;
  return isBig(inner) && typeof raw === "number" ? BigInt(raw) : raw;
}

/** A key from the text that it has in paths. */
export function decodeKey(rust: string, text: string): unknown {
  if (isBig(rust)) return BigInt(text);
  if (rust === "bool") return text === "true";
  return /^[iu](8|16|32)$/.test(rust) ? Number(text) : text;
}

/** The text that a key has in paths. */
export function encodeKey(rust: string, key: unknown): string {
  if (hasTextKeys(rust)) return asText(key);
  if (!["string", "number", "bigint", "boolean"].includes(typeof key)) throw unexpected(key, "a key");
  return String(key);
}

/** Whether the keys of a map are text, so that it is an object and not a `Map`. */
export function hasTextKeys(key: string): boolean {
  return key === "String";
}

function decodeMap(schema: Schema, map: { key: string; value: Node }, raw: { [key: string]: unknown }): unknown {
  const entries = Object.entries(raw).map(([key, value]) => [key, decode(schema, map.value, value)] as const);
  if (hasTextKeys(map.key)) return Object.fromEntries(entries);
  return new Map(entries.map(([key, value]) => [decodeKey(map.key, key), value]));
}

function decodeFields(schema: Schema, fields: Fields, raw: unknown): unknown {
  if (fields === "unit") return null;
  if ("tuple" in fields) {
    return fields.tuple.map((field, place) => decode(schema, field.node, (raw as unknown[])[place]));
  }
  const parts = raw as { [name: string]: unknown };
  return Object.fromEntries(fields.named.map(({ name, node }) => [name, decode(schema, node, own(parts, name))]));
}

/** An enum is the name of a variant, or an object with the name alone and what it holds. */
function decodeVariant(schema: Schema, variants: readonly Variant[], raw: unknown): unknown {
  if (typeof raw === "string") return raw;
  const payload = ([name, held]: [string, unknown]) => {
    const node = variants.find((variant) => variant.name === name)?.payload;
    return [name, node === undefined ? held : decode(schema, node, held)] as const;
  };
  return Object.fromEntries(Object.entries(raw as object).map(payload));
}

class Encoder {
  readonly #schema: Schema;
  /** Where all of it is, and what is encoded within it. */
  readonly #path: string;
  readonly #steps: (string | number)[] = [];

  constructor(schema: Schema, path: string) {
    this.#schema = schema;
    this.#path = path;
  }

  node(node: Node, given: unknown): unknown {
    const resolved = resolve(this.#schema, node);
    const value = plainOf(given);
    if (resolved === "text") return typeof value === "string" ? value : this.#refuse(value, "a string");
    if (resolved === "json") return this.#data(value, true);
    if (resolved === "unit") return this.#unit(value);
    if ("option" in resolved) return value === null || value === undefined ? null : this.node(resolved.option, value);
    if ("list" in resolved) return this.#items(value, (item) => this.node(resolved.list, item));
    if ("set" in resolved) return this.#items(value, (key) => this.#data(key, false));
    if ("map" in resolved) return this.#map(resolved.map, value);
    if ("struct" in resolved) return this.#fields(resolved.struct, value);
    if ("enum" in resolved) return this.#variant(resolved.enum, value);
    const isOptional = "register" in resolved && resolved.register.value.startsWith("Option<");
    return value === undefined && isOptional ? null : this.#data(value, false);
  }

  /** What is of no type that the schema says, or JSON, which has no bytes and no numbers that are none. */
  #data(given: unknown, isJson: boolean): unknown {
    const value = plainOf(given);
    if (value === null || ["boolean", "string", "bigint"].includes(typeof value)) return value;
    if (typeof value === "number" && !(isJson && !Number.isFinite(value))) return value;
    if (!isJson && isBytes(value)) return new Uint8Array(value);
    if (Array.isArray(value)) return this.#items(value, (item) => this.#data(item, isJson));
    if (!isObject(value)) return this.#refuse(value, isJson ? "a JSON value" : "a plain value");
    // As `JSON.stringify` has it.
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return this.#entries(entries, (_, item) => this.#data(item, isJson));
  }

  #unit(value: unknown): null {
    return value === null || value === undefined ? null : this.#refuse(value, "null");
  }

  #items(value: unknown, encode: (item: unknown, place: number) => unknown): unknown {
    if (!Array.isArray(value)) return this.#refuse(value, "an array");
    return Array.from(value as unknown[], (item, place) => this.#within(place, () => encode(item, place)));
  }

  #entries(entries: [string, unknown][], encode: (name: string, item: unknown) => unknown): unknown {
    return Object.fromEntries(entries.map(([name, item]) => [name, this.#within(name, () => encode(name, item))]));
  }

  #map(of: { key: string; value: Node }, value: unknown): unknown {
    const item = (_: string, item: unknown) => this.node(of.value, item);
    if (hasTextKeys(of.key)) {
      return isObject(value) ? this.#entries(Object.entries(value), item) : this.#refuse(value, "an object");
    }
    if (kindOf(value) !== "Map") return this.#refuse(value, "a Map");
    const entries = [...(value as Map<unknown, unknown>)];
    return this.#entries(entries.map(([key, item]) => [encodeKey(of.key, key), item]), item);
  }

  #fields(fields: Fields, value: unknown): unknown {
    if (fields === "unit") return this.#unit(value);
    if ("tuple" in fields) {
      const nodes = fields.tuple.map(({ node }) => node);
      if (!Array.isArray(value) || value.length !== nodes.length) this.#refuse(value, `an array of ${nodes.length}`);
      return this.#items(value, (item, place) => this.node(nodes[place] as Node, item));
    }
    if (!isObject(value)) return this.#refuse(value, "an object with the fields of a struct");
    const nodes = new Map(fields.named.map(({ name, node }) => [name, node]));
    const other = Object.keys(value).find((name) => !nodes.has(name));
    if (other !== undefined) {
      throw new TypeError(`a struct is at ${this.#where()}, which has no ${JSON.stringify(other)}`);
    }
    const entries = fields.named.map(({ name }): [string, unknown] => [name, own(value, name)]);
    return this.#entries(entries, (name, item) => this.node(nodes.get(name) as Node, item));
  }

  #variant(variants: readonly Variant[], value: unknown): unknown {
    const payloadOf = (name: string) => variants.find((variant) => variant.name === name)?.payload;
    const held = (name: string, item: unknown) => {
      const payload = payloadOf(name);
      return payload === undefined ? this.#data(item, false) : this.node(payload, item);
    };
    if (typeof value !== "string") {
      if (!isObject(value)) return this.#refuse(value, "a variant of an enum");
      return this.#entries(Object.entries(value), held);
    }
    return payloadOf(value) === undefined ? value : this.#entries([[value, undefined]], held);
  }

  #within<R>(part: string | number, encode: () => R): R {
    if (this.#steps.length === DEEPEST) throw new RangeError("the value contains itself, or nests too deeply");
    this.#steps.push(part);
    const encoded = encode();
    this.#steps.pop();
    return encoded;
  }

  #where(): string {
    return JSON.stringify(this.#steps.reduce<string>(step, this.#path));
  }

  #refuse(value: unknown, expected: string): never {
    if (value === undefined) throw new TypeError(`what is at ${this.#where()} is missing`);
    throw new TypeError(`what is at ${this.#where()} cannot be that: ${said(value)} is given, expected ${expected}`);
  }
}

/** What is given, or what it edits reads as if it is an editor. */
function plainOf(given: unknown): unknown {
  if (given === null || typeof given !== "object" || !(PLAIN in given)) return given;
  const value = given[PLAIN];
  if (value === undefined) throw new TypeError("what the editor edits is not there any more");
  return value;
}

/** Whether it is an object and nothing else, such as a date. It may be of a class. */
function isObject(value: unknown): value is object {
  return kindOf(value) === "Object";
}
