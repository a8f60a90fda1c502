/**
 * Plain values: from what WebAssembly gives, which knows no schema, to the types that are declared.
 *
 * What comes has integers as numbers where these hold them exactly, maps as objects, and keys as
 * text. What goes there may have integers as either, so that only maps are to be written otherwise.
 */

import { type Fields, type Node, type Resolved, type Schema, fieldsOf, isBig, resolve } from "./schema.ts";

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
  if ("enum" in resolved) return mapPayload(schema, resolved, raw, decode);
  return raw;
}

/** A value that is to be written, as WebAssembly takes it. */
export function encode(schema: Schema, node: Node, value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  const resolved = resolve(schema, node);
  if (typeof resolved === "string") return value;
  if ("list" in resolved) return (value as unknown[]).map((item) => encode(schema, resolved.list, item));
  if ("map" in resolved) return encodeMap(schema, resolved.map.value, value);
  if ("option" in resolved) return encode(schema, resolved.option, value);
  if ("struct" in resolved) return encodeFields(schema, resolved.struct, value);
  if ("enum" in resolved) return mapPayload(schema, resolved, value, encode);
  return value;
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

/** Whether the keys of a map are text, so that it is an object and not a `Map`. */
export function hasTextKeys(key: string): boolean {
  return key === "String";
}

function decodeMap(schema: Schema, map: { key: string; value: Node }, raw: { [key: string]: unknown }): unknown {
  const entries = Object.entries(raw).map(([key, value]) => [key, decode(schema, map.value, value)] as const);
  if (hasTextKeys(map.key)) return Object.fromEntries(entries);
  return new Map(entries.map(([key, value]) => [decodeKey(map.key, key), value]));
}

function encodeMap(schema: Schema, node: Node, value: object): unknown {
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [String(key), encode(schema, node, item)]));
}

function decodeFields(schema: Schema, fields: Fields, raw: unknown): unknown {
  if (fields === "unit") return null;
  if ("tuple" in fields) {
    return fields.tuple.map((field, place) => decode(schema, field.node, (raw as unknown[])[place]));
  }
  const parts = raw as { [name: string]: unknown };
  return Object.fromEntries(fields.named.map(({ name, node }) => [name, decode(schema, node, parts[name])]));
}

function encodeFields(schema: Schema, fields: Fields, value: object): unknown {
  if (Array.isArray(value)) {
    const nodes = fieldsOf(fields);
    return value.map((item, place) => {
      const field = nodes[place];
      return field === undefined ? item : encode(schema, field.node, item);
    });
  }
  const nodes = new Map(fieldsOf(fields).map(({ name, node }) => [name, node]));
  const entry = ([name, item]: [string, unknown]) => {
    const node = nodes.get(name);
    return [name, node === undefined ? item : encode(schema, node, item)] as const;
  };
  return Object.fromEntries(Object.entries(value).map(entry));
}

/** An enum is the name of a variant, or an object with the name alone and what it holds. */
function mapPayload(
  schema: Schema,
  of: Extract<Resolved, { enum: unknown }>,
  value: unknown,
  map: (schema: Schema, node: Node, value: unknown) => unknown,
): unknown {
  if (value === null || typeof value !== "object") return value;
  const payload = ([name, held]: [string, unknown]) => {
    const node = of.enum.find((variant) => variant.name === name)?.payload;
    return [name, node === undefined ? held : map(schema, node, held)] as const;
  };
  return Object.fromEntries(Object.entries(value).map(payload));
}
