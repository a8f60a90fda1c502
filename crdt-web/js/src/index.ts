/** Typed, signed, collaborative documents in the browser. */

export type { Caret, CaretDocument, CaretOptions } from "./carets.ts";
export { documentType } from "./document.ts";
export { assign, valueOf } from "./editors.ts";
export type { RawDocument, RawEdits, RawSeen, RawStore, RawStored, RawTell, RawType } from "./raw.ts";
export type { Schema } from "./schema.ts";
export { storeType } from "./stored.ts";
export { type BindTextOptions, type TextDocument, type TextField, bindText } from "./text_field.ts";
export type * from "./types.ts";
