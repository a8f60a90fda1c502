/** Deltas of parts: what of a delta is about the place that a path leads to. */

import { own } from "./checks.ts";
import { type Fields, type Node, type Schema, fieldsOf, resolve } from "./schema.ts";

type Parts = { readonly [name: string]: unknown };
type Run = { readonly [verb: string]: unknown };

/** A place: what is there, and where it is in lists on the way, now that the delta is done. */
export interface Part {
  readonly schema: Schema;
  readonly steps: readonly string[];
  /** Where the element is now that a step names, in the list that the steps before lead to. */
  positionOf(steps: readonly string[], step: string): number | undefined;
}

/** What changed at a place: a delta, `null` if all there may have, `undefined` if nothing did. */
export function deltaAt(part: Part, delta: unknown): unknown {
  let node: Node | undefined = part.schema.root;
  let here: unknown = delta;
  for (const [taken, step] of part.steps.entries()) {
    if (here === undefined || here === null || node === undefined) return here;
    const resolved = resolve(part.schema, present(part.schema, node));
    here = changed(part.schema, node, here);
    if (here === null || here === undefined) return here;
    if (resolved === "json") {
      here = ofJson(here as Parts, step, () => part.positionOf(part.steps.slice(0, taken), step));
    } else if (typeof resolved === "string") {
      return here;
    } else if ("struct" in resolved) {
      node = field(resolved.struct, step);
      here = own(here as Parts, step);
    } else if ("list" in resolved) {
      node = resolved.list;
      here = ofElement(here as Run[], part.positionOf(part.steps.slice(0, taken), step));
    } else if ("map" in resolved) {
      node = resolved.map.value;
      here = ofEntry(here instanceof Map ? entryOf(here, step) : own(here as Parts, step));
    } else if ("enum" in resolved) {
      node = resolved.enum.find(({ name }) => name === step)?.payload;
      here = "selected" in (here as Parts) ? null : own((here as Parts)["changed"] as Parts, step);
    } else {
      return null;
    }
  }
  return here;
}

/** What changed of an entry or element of JSON. */
function ofJson(delta: Parts, step: string, position: () => number | undefined): unknown {
  if ("object" in delta) return ofEntry(own(delta["object"] as Parts, step));
  if ("array" in delta) return ofElement(delta["array"] as Run[], position());
  return null;
}

/** What is in an option, which takes no step. */
function present(schema: Schema, node: Node): Node {
  const resolved = resolve(schema, node);
  return typeof resolved !== "string" && "option" in resolved ? present(schema, resolved.option) : node;
}

function changed(schema: Schema, node: Node, delta: unknown): unknown {
  const resolved = resolve(schema, node);
  if (typeof resolved === "string" || !("option" in resolved)) return delta;
  const inner = ofEntry(delta);
  return inner === null ? null : changed(schema, resolved.option, inner);
}

function field(fields: Fields, name: string): Node | undefined {
  return fieldsOf(fields).find((field) => field.name === name)?.node;
}

/** A key is told by its text in a path. */
function entryOf(entries: ReadonlyMap<unknown, unknown>, key: string): unknown {
  return [...entries].find(([known]) => String(known) === key)?.[1];
}

/** What changed of what an entry or an optional node holds; `null` if all there may have. */
export function ofEntry(entry: unknown): unknown {
  if (entry === undefined) return undefined;
  return typeof entry === "object" && entry !== null && "changed" in entry ? entry.changed : null;
}

/** What changed of the element that is at a position now. */
function ofElement(runs: readonly Run[], position: number | undefined): unknown {
  if (position === undefined) return null;
  let at = 0;
  for (const run of runs) {
    if ("delete" in run || "lift" in run) continue;
    const inserted = run["insert"] as unknown[] | undefined;
    at += inserted?.length ?? (run["retain"] as number | undefined) ?? 1;
    if (position < at) return inserted === undefined ? run["edit"] : null;
  }
  return undefined;
}
