/** Documents of any JSON: what `crdt-web` does with documents of a Rust type, with `Json` as that type. */

import {
  type DocumentType,
  type JsonDelta,
  type JsonEditor,
  type JsonValue,
  type OpenStore,
  type RawType,
  type StoredDocument,
  type TypedDocument,
  documentType,
  storeType,
} from "crdt-web";
import { RawStore, json_type } from "../wasm/crdt_json.js";

export * from "crdt-web";

/** A document in memory. */
export type JsonDocument = TypedDocument<JsonValue, JsonEditor, JsonDelta>;

/** A document that is kept in the browser. */
export type StoredJsonDocument = StoredDocument<JsonValue, JsonEditor, JsonDelta>;

/** Makes documents in memory; stores take it for the type of theirs. */
export const JsonDocument: DocumentType<JsonValue, JsonEditor, JsonDelta> = documentType(
  { root: "json", types: {} },
  () => json_type() as unknown as RawType,
);

/** Opens the store of a name, or makes it. */
export const openStore: OpenStore = storeType(RawStore);
