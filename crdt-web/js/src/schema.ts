/** The schema of a document, in the JSON form that it has in Rust. */

/** What a document stores. */
export interface Schema {
  root: Node;
  types: { [name: string]: Type };
}

/** A named type. */
export type Type = { struct: Fields } | { enum: Variant[] } | { newtype: Node };

/** The fields of a struct or of what a variant holds. */
export type Fields = "unit" | { named: Field[] } | { tuple: Field[] };

/** A field. */
export interface Field {
  name: string;
  node: Node;
}

/** A variant of an enum. */
export interface Variant {
  name: string;
  payload?: Node;
}

/** What keeps a field, an element or an entry. */
export type Node =
  | "text"
  | "json"
  | "unit"
  | { register: { value: string } }
  | { counter: string }
  | { list: Node }
  | { map: { key: string; value: Node } }
  | { set: string }
  | { option: Node }
  | { box: Node }
  | { struct: Fields }
  | { type: string }
  | { custom: string };

/** What a node is, without the names of types and boxes around it. */
export type Resolved =
  | Exclude<Node, { box: Node } | { type: string }>
  | { enum: Variant[] };

/** What a node is, behind the names of types and boxes. */
export function resolve(schema: Schema, node: Node): Resolved {
  if (typeof node === "string") return node;
  if ("box" in node) return resolve(schema, node.box);
  if (!("type" in node)) return node;
  const type = schema.types[node.type];
  if (type === undefined) throw new Error(`the schema has no type ${node.type}`);
  return "newtype" in type ? resolve(schema, type.newtype) : type;
}

/** The fields, with or without names. */
export function fieldsOf(fields: Fields): Field[] {
  if (fields === "unit") return [];
  return "named" in fields ? fields.named : fields.tuple;
}

/** Whether values of a Rust type are `bigint`s: those that a `number` cannot hold. */
export function isBig(rust: string): boolean {
  return ["i64", "u64", "i128", "u128"].includes(rust);
}
