/** Typed, signed, collaborative documents in the browser. */

export { documentType } from "./document.ts";
export { assign, valueOf } from "./editors.ts";
export type { RawDocument, RawEdits, RawSeen, RawStore, RawStored, RawType } from "./raw.ts";
export type { Schema } from "./schema.ts";
export { storeType } from "./stored.ts";
export { type TextField, bindText } from "./text_field.ts";
export type * from "./types.ts";
