/**
 * Editors: what a change gets. Each is a place, named by its path, and writes through the change that
 * is open. They are made when they are asked for, from the schema.
 */

import { asInteger, asIndex, asPointer, asPosition, asRange, asText, said } from "./checks.ts";
import { partsOf, step } from "./pointer.ts";
import type { RawEdits } from "./raw.ts";
import {
  type Field,
  type Fields,
  type Node,
  type Resolved,
  type Schema,
  type Variant,
  fieldsOf,
  resolve,
} from "./schema.ts";
import type * as types from "./types.ts";
import { PLAIN, decode, decodeKey, encode, encodeKey } from "./values.ts";

/** Where an editor is, and of what. */
interface Place {
  readonly schema: Schema;
  readonly edits: RawEdits;
  readonly node: Node;
  readonly path: string;
  /** Whether it is what an optional node holds, which has the path of that. */
  readonly isHeld?: boolean;
}

/** What is edited at a place. */
const PLACE = Symbol("place");

/** The editor of a whole document. */
export function root(schema: Schema, edits: RawEdits): unknown {
  return editor({ schema, edits, node: schema.root, path: "" });
}

/** The plain value of what an editor edits, as it is now; `undefined` if it is not there any more. */
export function valueOf<V>(edited: types.Editor<V>): V | undefined {
  return value(placeOf(edited)) as V | undefined;
}

/** The path of what an editor edits. */
export function pathOf(edited: unknown): string | undefined {
  return edited instanceof Base ? edited[PLACE].path : undefined;
}

/** Whether what an editor edits is a text. */
export function isText(edited: unknown): boolean {
  return edited instanceof TextEditor;
}

/** Whether what an editor edits is what an optional node holds. */
export function isHeld(edited: unknown): boolean {
  return edited instanceof Base && edited[PLACE].isHeld === true;
}

/** Makes what an editor edits read as a value, by what differs. */
export function assign<V>(edited: types.Editor<V>, to: V): void {
  write(placeOf(edited), to);
}

/** The path of a part that somebody tells by its editor; `undefined` if it is not there. */
export function pathOfPart(edited: unknown): string | undefined {
  return edited === undefined || edited === null ? undefined : placeOf(edited).path;
}

function placeOf(edited: unknown): Place {
  if (edited instanceof Base) return edited[PLACE];
  const hint = "a field that is read as a plain value is no part of its own: take what it is a field of, or `value`";
  throw new TypeError(`${said(edited)} is given, expected an editor (${hint})`);
}

/** What is set of an editor by mistake does not become a property of it. */
function editor(place: Place): unknown {
  return Object.preventExtensions(made(place));
}

function made(place: Place): Base {
  const resolved = resolve(place.schema, place.node);
  if (resolved === "text") return new TextEditor(place);
  if (resolved === "json") return new JsonEditor(place);
  if (typeof resolved === "string") return new Base(place);
  if ("register" in resolved) return new RegisterEditor(place);
  if ("counter" in resolved) return new CounterEditor(place);
  if ("list" in resolved) return new ListEditor(place, resolved.list);
  if ("map" in resolved) return new MapEditor(place, resolved.map);
  if ("set" in resolved) return new SetEditor(place, resolved.set);
  if ("option" in resolved) return new OptionEditor(place, resolved.option);
  if ("struct" in resolved) {
    return resolved.struct === "unit" ? new Base(place) : new StructEditor(place, resolved.struct);
  }
  if ("enum" in resolved) return new EnumEditor(place, resolved.enum);
  return new Base(place);
}

function value({ schema, edits, node, path, isHeld }: Place): unknown {
  const raw = edits.get(path);
  return raw === undefined || (isHeld === true && !edits.present(path)) ? undefined : decode(schema, node, raw);
}

function write({ schema, edits, node, path }: Place, to: unknown): void {
  edits.set(path, encode(schema, node, to, path));
}

function within(place: Place, part: string | number, node: Node): Place {
  return elsewhere(place, step(place.path, part), node);
}

/** Another place in the same document. */
function elsewhere({ schema, edits }: Place, path: string, node: Node): Place {
  return { schema, edits, node, path };
}

class Base {
  declare readonly [PLACE]: Place;

  constructor(place: Place) {
    // A copy of the properties of an editor is none.
    Object.defineProperty(this, PLACE, { value: place });
  }

  /** Where a value is expected, an editor is that of what it edits. */
  get [PLAIN](): unknown {
    return value(this[PLACE]);
  }
}

class RegisterEditor extends Base implements types.RegisterEditor<unknown> {
  get value(): unknown {
    return value(this[PLACE]);
  }

  set(to: unknown): void {
    write(this[PLACE], to);
  }
}

class CounterEditor extends Base implements types.CounterEditor<number | bigint> {
  get value(): number | bigint {
    return value(this[PLACE]) as number | bigint;
  }

  add(by: number | bigint): void {
    const added = asInteger(by);
    if (BigInt.asIntN(64, added) !== added) throw new RangeError("more than 64 bits cannot be added at once");
    this[PLACE].edits.add(this[PLACE].path, added);
  }

  reset(): void {
    this[PLACE].edits.clear(this[PLACE].path);
  }
}

class TextEditor extends Base implements types.TextEditor {
  get length(): number {
    return this[PLACE].edits.len(this[PLACE].path);
  }

  insert(position: number, text: string): void {
    this.replace(position, position, text);
  }

  push(text: string): void {
    this.insert(this.length, text);
  }

  delete(start: number, end: number): void {
    this.replace(start, end, "");
  }

  replace(start: number, end: number, text: string): void {
    const [from, to] = asRange(start, end);
    this[PLACE].edits.splice(this[PLACE].path, from, to - from, asText(text));
  }

  clear(): void {
    this[PLACE].edits.clear(this[PLACE].path);
  }

  set(text: string): void {
    write(this[PLACE], text);
  }

  override toString(): string {
    return value(this[PLACE]) as string;
  }
}

class ListEditor extends Base implements types.ListEditor<unknown, unknown> {
  readonly #element: Node;

  constructor(place: Place, element: Node) {
    super(place);
    this.#element = element;
  }

  get length(): number {
    return this[PLACE].edits.len(this[PLACE].path);
  }

  *[Symbol.iterator](): Iterator<unknown> {
    for (let position = 0; position < this.length; position += 1) yield this.at(position);
  }

  at(position: number): unknown {
    const length = this.length;
    const from = asIndex(position) < 0 ? length + position : position;
    if (from < 0 || from >= length) return undefined;
    // By its name, so that it stays the same if others are inserted before it.
    return editor(within(this[PLACE], this.idAt(from) ?? from, this.#element));
  }

  idAt(position: number): string | undefined {
    return this[PLACE].edits.idAt(this[PLACE].path, asPosition(position));
  }

  positionOf(id: string): number | undefined {
    return this[PLACE].edits.positionOf(this[PLACE].path, asText(id));
  }

  byId(id: string): unknown {
    return this.positionOf(id) === undefined ? undefined : editor(within(this[PLACE], id, this.#element));
  }

  insert(position: number, ...values: unknown[]): void {
    insert(this[PLACE], this.#element, asPosition(position), values);
  }

  push(...values: unknown[]): void {
    insert(this[PLACE], this.#element, this.length, values);
  }

  delete(start: number, end = start + 1): void {
    const { edits, path } = this[PLACE];
    const [from, to] = asRange(start, end);
    for (let position = to - 1; position >= from; position -= 1) edits.remove(step(path, position));
  }

  move(from: number, to: number): void {
    this[PLACE].edits.move(this[PLACE].path, asPosition(from), asPosition(to));
  }

  clear(): void {
    this[PLACE].edits.clear(this[PLACE].path);
  }

  set(values: readonly unknown[]): void {
    write(this[PLACE], values);
  }
}

class MapEditor extends Base implements types.MapEditor<unknown, unknown, unknown, unknown> {
  readonly #of: { key: string; value: Node };

  constructor(place: Place, of: { key: string; value: Node }) {
    super(place);
    this.#of = of;
  }

  #at(key: unknown): Place {
    return within(this[PLACE], encodeKey(this.#of.key, key), this.#of.value);
  }

  get size(): number {
    return this[PLACE].edits.len(this[PLACE].path);
  }

  has(key: unknown): boolean {
    return this[PLACE].edits.get(this.#at(key).path) !== undefined;
  }

  get(key: unknown): unknown {
    return this.has(key) ? editor(this.#at(key)) : undefined;
  }

  entry(key: unknown): unknown {
    this[PLACE].edits.put(this.#at(key).path);
    return editor(this.#at(key));
  }

  set(key: unknown, to: unknown): void {
    write(this.#at(key), to);
  }

  delete(key: unknown): boolean {
    return this[PLACE].edits.remove(this.#at(key).path);
  }

  keys(): unknown[] {
    return this[PLACE].edits.keys(this[PLACE].path).map((key) => decodeKey(this.#of.key, key));
  }

  clear(): void {
    this[PLACE].edits.clear(this[PLACE].path);
  }
}

class SetEditor extends Base implements types.SetEditor<unknown> {
  readonly #key: string;

  constructor(place: Place, key: string) {
    super(place);
    this.#key = key;
  }

  #at(key: unknown): string {
    return step(this[PLACE].path, encodeKey(this.#key, key));
  }

  get size(): number {
    return this[PLACE].edits.len(this[PLACE].path);
  }

  has(key: unknown): boolean {
    return this[PLACE].edits.get(this.#at(key)) !== undefined;
  }

  add(key: unknown): void {
    this[PLACE].edits.put(this.#at(key));
  }

  delete(key: unknown): boolean {
    return this[PLACE].edits.remove(this.#at(key));
  }

  keys(): unknown[] {
    return this[PLACE].edits.keys(this[PLACE].path).map((key) => decodeKey(this.#key, key));
  }

  clear(): void {
    this[PLACE].edits.clear(this[PLACE].path);
  }
}

class OptionEditor extends Base implements types.OptionEditor<unknown, unknown> {
  readonly #inner: Node;

  constructor(place: Place, inner: Node) {
    super(place);
    this.#inner = inner;
  }

  get value(): unknown {
    return value(this[PLACE]);
  }

  get(): unknown {
    return present(this[PLACE], this.#inner);
  }

  set(to: unknown): void {
    write(this[PLACE], to);
  }
}

class EnumEditor extends Base implements types.EnumEditor<unknown, unknown> {
  readonly #variants: Variant[];

  constructor(place: Place, variants: Variant[]) {
    super(place);
    this.#variants = variants;
  }

  get value(): unknown {
    return value(this[PLACE]);
  }

  get variant(): string | undefined {
    return this[PLACE].edits.variant(this[PLACE].path);
  }

  set(to: unknown): void {
    write(this[PLACE], to);
  }

  inside(variant: string): unknown {
    const held = this.#variants.find(({ name }) => name === variant)?.payload;
    if (held === undefined || this.variant !== variant) return null;
    return editor(within(this[PLACE], variant, held));
  }
}

class JsonEditor extends Base implements types.JsonEditor {
  #place(pointer: string): Place {
    return elsewhere(this[PLACE], this.#path(pointer), "json");
  }

  #path(pointer: string): string {
    return this[PLACE].path + asPointer(pointer);
  }

  value(pointer = ""): types.JsonValue | undefined {
    return this[PLACE].edits.get(this.#path(pointer)) as types.JsonValue | undefined;
  }

  length(pointer = ""): number {
    return this[PLACE].edits.len(this.#path(pointer));
  }

  keys(pointer = ""): string[] {
    return this[PLACE].edits.keys(this.#path(pointer));
  }

  at(pointer: string): types.JsonEditor | undefined {
    if (this.value(pointer) === undefined) return undefined;
    return editor(elsewhere(this[PLACE], this.#named(pointer), "json")) as types.JsonEditor;
  }

  text(pointer = ""): types.TextEditor | undefined {
    const held = this.value(pointer) ?? "";
    if (typeof held !== "string") return undefined;
    return editor(elsewhere(this[PLACE], this.#named(pointer), "text")) as types.TextEditor;
  }

  set(pointer: string, to: types.JsonValue): void {
    write(this.#place(pointer), to);
  }

  insert(pointer: string, position: number, ...values: types.JsonValue[]): void {
    insert(this.#place(pointer), "json", asPosition(position), values);
  }

  push(pointer: string, ...values: types.JsonValue[]): void {
    const { schema, edits, path } = this.#place(pointer);
    for (const item of values.map((item) => encode(schema, "json", item, path))) edits.push(path, item);
  }

  remove(pointer: string): boolean {
    return this[PLACE].edits.remove(this.#path(pointer));
  }

  move(pointer: string, from: number, to: number): void {
    this[PLACE].edits.move(this.#path(pointer), asPosition(from), asPosition(to));
  }

  idAt(pointer: string, position: number): string | undefined {
    return this[PLACE].edits.idAt(this.#path(pointer), asPosition(position));
  }

  positionOf(pointer: string, id: string): number | undefined {
    return this[PLACE].edits.positionOf(this.#path(pointer), asText(id));
  }

  /** The path of a place, with elements of arrays by their names, so that it stays the same if they move. */
  #named(pointer: string): string {
    const { edits, path } = this[PLACE];
    return partsOf(pointer).reduce((path, part) => {
      const id = /^(0|[1-9][0-9]*)$/.test(part) ? edits.idAt(path, Number(part)) : undefined;
      return step(path, id ?? part);
    }, path);
  }
}

/** Inserts elements into a list, or an array of JSON. */
function insert({ schema, edits, path }: Place, element: Node, position: number, values: readonly unknown[]): void {
  const encoded = values.map((item, nth) => encode(schema, element, item, step(path, position + nth)));
  encoded.forEach((item, nth) => edits.insert(step(path, position + nth), item));
}

/** The editor of what an optional node holds, if it is there. */
function present(place: Place, inner: Node): unknown {
  return place.edits.present(place.path) ? editor({ ...place, node: inner, isHeld: true }) : null;
}

/** The editor of a struct, with a property for each of its fields. */
class StructEditor extends Base {
  constructor(place: Place, fields: Exclude<Fields, "unit">) {
    super(place);
    let properties = PROPERTIES.get(fields);
    if (properties === undefined) {
      const own = fieldsOf(fields).map((field) => [field.name, property(field, resolve(place.schema, field.node))]);
      properties = Object.fromEntries(own) as PropertyDescriptorMap;
      PROPERTIES.set(fields, properties);
    }
    Object.defineProperties(this, properties);
  }
}

/** For each set of fields a property for each of them. */
const PROPERTIES = new WeakMap<object, PropertyDescriptorMap>();

function property(field: Field, resolved: Resolved): PropertyDescriptor & ThisType<Base> {
  const at = (of: Base) => within(of[PLACE], field.name, field.node);
  const set = function (this: Base, to: unknown) {
    write(at(this), to);
  };
  const common = { enumerable: true };
  if (typeof resolved !== "string" && "register" in resolved) {
    return { ...common, get(this: Base) { return value(at(this)); }, set };
  }
  if (resolved === "unit") return { ...common, get: () => null };
  if (typeof resolved !== "string" && "counter" in resolved) {
    return { ...common, get(this: Base) { return editor(at(this)); } };
  }
  if (typeof resolved !== "string" && "option" in resolved) {
    return { ...common, get(this: Base) { return present(at(this), resolved.option); }, set };
  }
  return { ...common, get(this: Base) { return editor(at(this)); }, set };
}

