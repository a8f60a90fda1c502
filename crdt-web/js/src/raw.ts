/**
 * What a document is on the other side of WebAssembly: the same for every type. Places are named by
 * JSON Pointers, and positions in texts count UTF-16 code units.
 */

/** Reading and editing by path. What edits can be called while a change is open, and not else. */
export interface RawEdits {
  /** The plain value of a place; `undefined` if nothing is there. */
  get(path: string): unknown;
  /** How many elements, entries, keys or code units there are. */
  len(path: string): number;
  /** Whether an optional node is present. */
  present(path: string): boolean;
  keys(path: string): string[];
  variant(path: string): string | undefined;
  idAt(path: string, position: number): string | undefined;
  positionOf(path: string, id: string): number | undefined;
  set(path: string, value: unknown): void;
  insert(path: string, value: unknown): void;
  put(path: string): void;
  remove(path: string): boolean;
  clear(path: string): void;
  add(path: string, by: bigint): void;
  move(path: string, from: number, to: number): void;
  splice(path: string, start: number, deleted: number, inserted: string): void;
}

/** What a document has on the other side. */
export interface RawDocument extends RawEdits {
  /** The cursor at a position of a text or list. */
  cursor(path: string, position: number, left: boolean): string | undefined;
  /** Where a cursor is now. */
  resolve(path: string, cursor: string): number | undefined;
  readonly id: string;
  readonly author: string;
  /** Opens a change, calls the function, and closes it. */
  change(edit: () => void): void;
  update(value: unknown): void;
  /** What changed since it was called last: a delta, `true` if all is to be read anew, or nothing. */
  look(): { delta: unknown } | true | undefined;
  undo(): boolean;
  redo(): boolean;
  heads(): string[];
  apply(bytes: Uint8Array): void;
  export(heads: string[]): Uint8Array;
  save(): Uint8Array;
  free(): void;
}

/** What makes documents of one type on the other side. */
export interface RawType {
  create(): RawDocument;
  load(bytes: Uint8Array): RawDocument;
  join(id: string): RawDocument;
  free(): void;
}
