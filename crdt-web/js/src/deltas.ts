/**
 * Deltas: from what WebAssembly gives to the types that are declared, and applied to plain values.
 *
 * Both go along the value before: lengths of texts come in Unicode scalar values and are code units
 * here, which only the text before can tell.
 */

import { own } from "./checks.ts";
import { type Fields, type Node, type Resolved, type Schema, fieldsOf, isBig, resolve } from "./schema.ts";
import { decode, decodeKey, decodeLeaf, hasTextKeys } from "./values.ts";

type Parts = { readonly [name: string]: unknown };
type Run = { readonly [verb: string]: unknown };

/** A delta as the schema wants it, and the value after it, which shares with the one before what stayed. */
export interface Step {
  delta: unknown;
  value: unknown;
}

/** Reads a delta, given the value before. */
export function advance(schema: Schema, node: Node, before: unknown, raw: unknown): Step {
  const resolved = resolve(schema, node);
  if (resolved === "text") return text(before as string, raw as Run[]);
  if (resolved === "json") return json(before, raw as Parts);
  if (typeof resolved === "string") return { delta: raw, value: before };
  if ("register" in resolved) return whole(decodeLeaf(resolved.register.value, raw));
  if ("counter" in resolved) return counter(resolved.counter, raw as { by: number; to: number });
  if ("list" in resolved) return list(schema, resolved.list, before as unknown[], raw as Run[]);
  if ("map" in resolved) return map(schema, resolved.map, before, raw as Parts);
  if ("set" in resolved) return set(resolved.set, before as unknown[], raw as { [part: string]: unknown[] });
  if ("option" in resolved) return entry(schema, resolved.option, before, raw, null);
  if ("struct" in resolved) return fields(schema, resolved.struct, before, raw as Parts);
  if ("enum" in resolved) return choice(schema, resolved, node, before as Parts, raw as Parts);
  return { delta: raw, value: raw };
}

function whole(value: unknown): Step {
  return { delta: value, value };
}

function counter(rust: string, { by, to }: { by: number | bigint; to: unknown }): Step {
  const value = decodeLeaf(rust, to);
  return { delta: { by: isBig(rust) ? BigInt(by) : Number(by), to: value }, value };
}

function text(before: string, runs: readonly Run[]): Step {
  let at = 0;
  let value = "";
  const units = (count: number): number => {
    const start = at;
    for (let left = count; left > 0; left -= 1) at += (before.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    return at - start;
  };
  const delta = runs.map((run) => {
    if ("insert" in run) {
      value += run["insert"] as string;
      return { insert: run["insert"] };
    }
    if ("delete" in run) return { delete: units(run["delete"] as number) };
    const start = at;
    const retain = units(run["retain"] as number);
    value += before.slice(start, at);
    return { retain };
  });
  return { delta, value: value + before.slice(at) };
}

/** Each run of a list with the position, in the list before, that it begins at. */
function placed(runs: readonly Run[]): { run: Run; at: number }[] {
  let at = 0;
  return runs.map((run) => {
    const here = at;
    if ("retain" in run || "delete" in run) at += (run["retain"] ?? run["delete"]) as number;
    else if ("lift" in run || ("edit" in run && !("put" in run))) at += 1;
    return { run, at: here };
  });
}

function list(schema: Schema, element: Node, before: readonly unknown[], runs: readonly Run[]): Step {
  const all = placed(runs);
  const lifted = new Map(all.filter(({ run }) => "lift" in run).map(({ run, at }) => [run["lift"], before[at]]));
  const value: unknown[] = [];
  let end = 0;
  const delta = all.map(({ run, at }) => {
    if ("retain" in run) {
      end = at + (run["retain"] as number);
      append(value, before, at, end);
      return run;
    }
    if ("insert" in run) {
      const inserted = (run["insert"] as unknown[]).map((item) => decode(schema, element, item));
      append(value, inserted);
      return { insert: inserted };
    }
    if ("put" in run) {
      const moved = lifted.get(run["put"]);
      if (!("edit" in run)) {
        value.push(moved);
        return run;
      }
      const step = advance(schema, element, moved, run["edit"]);
      value.push(step.value);
      return { put: run["put"], edit: step.delta };
    }
    if ("edit" in run) {
      end = at + 1;
      const step = advance(schema, element, before[at], run["edit"]);
      value.push(step.value);
      return { edit: step.delta };
    }
    end = at + ("delete" in run ? (run["delete"] as number) : 1);
    return run;
  });
  append(value, before, end);
  return { delta, value };
}

/** Appends items to others, of which there may be more than a call takes arguments. */
function append(to: unknown[], items: readonly unknown[], start = 0, end = items.length): void {
  for (let at = start; at < end; at += 1) to.push(items[at]);
}

function map(schema: Schema, of: { key: string; value: Node }, before: unknown, raw: Parts): Step {
  const isRecord = hasTextKeys(of.key);
  const entries = isRecord
    ? new Map<unknown, unknown>(Object.entries(before as object))
    : new Map(before as Map<unknown, unknown>);
  const delta = new Map<unknown, unknown>();
  for (const [text, change] of Object.entries(raw)) {
    const key = decodeKey(of.key, text);
    const step = entry(schema, of.value, entries.get(key), change, undefined);
    delta.set(key, step.delta);
    if (step.value === undefined) entries.delete(key);
    else entries.set(key, step.value);
  }
  if (!isRecord) return { delta, value: entries };
  return {
    delta: Object.fromEntries(delta as Map<string, unknown>),
    value: Object.fromEntries(entries as Map<string, unknown>),
  };
}

function entry(schema: Schema, node: Node, before: unknown, raw: unknown, absent: null | undefined): Step {
  if (raw === "removed") return { delta: raw, value: absent };
  const change = raw as Parts;
  if ("inserted" in change) {
    const value = decode(schema, node, change["inserted"]);
    return { delta: { inserted: value }, value };
  }
  const step = advance(schema, node, before, change["changed"]);
  return { delta: { changed: step.delta }, value: step.value };
}

function set(rust: string, before: readonly unknown[], raw: { [part: string]: unknown[] }): Step {
  const delta = Object.fromEntries(
    Object.entries(raw).map(([part, keys]) => [part, keys.map((key) => decodeLeaf(rust, key))]),
  );
  const keys = new Set(before);
  for (const key of delta["removed"] ?? []) keys.delete(key);
  for (const key of delta["inserted"] ?? []) keys.add(key);
  return { delta, value: [...keys].sort(order) };
}

/** The order that sets have in Rust. */
function order(one: unknown, other: unknown): number {
  if (typeof one === "string" && typeof other === "string") return codePoints(one, other);
  return (one as number) < (other as number) ? -1 : 1;
}

/** Strings are ordered by characters in Rust, and by code units here. */
function codePoints(one: string, other: string): number {
  const [left, right] = [[...one], [...other]];
  for (const [at, char] of left.entries()) {
    const against = right[at];
    if (against === undefined) return 1;
    if (char !== against) return (char.codePointAt(0) ?? 0) - (against.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}

function fields(schema: Schema, of: Fields, before: unknown, raw: Parts): Step {
  const all = fieldsOf(of).map((field, place) => {
    const held = Array.isArray(before) ? before[place] : own(before as object, field.name);
    const change = own(raw, field.name);
    return [field.name, change === undefined ? { value: held } : advance(schema, field.node, held, change)] as const;
  });
  const deltas = all.flatMap(([name, step]) => ("delta" in step ? [[name, step.delta] as const] : []));
  const values = all.map(([name, { value }]) => [name, value] as const);
  const value = Array.isArray(before) ? values.map(([, value]) => value) : Object.fromEntries(values);
  return { delta: Object.fromEntries(deltas), value };
}

function choice(
  schema: Schema,
  of: Extract<Resolved, { enum: unknown }>,
  node: Node,
  before: Parts,
  raw: Parts,
): Step {
  if ("selected" in raw) {
    const value = decode(schema, node, raw["selected"]);
    return { delta: { selected: value }, value };
  }
  const held = Object.entries(raw["changed"] as Parts)[0];
  const payload = of.enum.find((variant) => variant.name === held?.[0])?.payload;
  if (held === undefined || payload === undefined) return { delta: raw, value: before };
  const step = advance(schema, payload, own(before, held[0]), held[1]);
  return { delta: { changed: { [held[0]]: step.delta } }, value: { [held[0]]: step.value } };
}

/** The schema of JSON: a node of which the parts are JSON. */
const JSON_SCHEMA: Schema = { root: "json", types: {} };

function json(before: unknown, raw: Parts): Step {
  const of = (kind: string, step: Step): Step => ({ delta: { [kind]: step.delta }, value: step.value });
  if ("object" in raw) {
    return of("object", map(JSON_SCHEMA, { key: "String", value: "json" }, before, raw["object"] as Parts));
  }
  if ("array" in raw) return of("array", list(JSON_SCHEMA, "json", before as unknown[], raw["array"] as Run[]));
  if ("text" in raw) return of("text", text(before as string, raw["text"] as Run[]));
  return { delta: raw, value: raw["replaced"] };
}
