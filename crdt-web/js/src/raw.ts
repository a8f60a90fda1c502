/**
 * What a document is on the other side of WebAssembly: the same for every type. Places are named by
 * JSON Pointers, and positions in texts count UTF-16 code units.
 */

import type { Listing, LogEntry, RelayStanding, RelayStatus } from "./types.ts";

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
  push(path: string, value: unknown): void;
  put(path: string): void;
  remove(path: string): boolean;
  clear(path: string): void;
  add(path: string, by: bigint): void;
  move(path: string, from: number, to: number): void;
  splice(path: string, start: number, deleted: number, inserted: string): void;
  /** The cursor at a position of a text or list. */
  cursor(path: string, position: number, left: boolean): string | undefined;
  /** Where a cursor is now. */
  resolve(path: string, cursor: string): number | undefined;
  free(): void;
}

/** What somebody sees who looks: a delta, or `true` if all is to be read anew. */
export type RawSeen = { delta: unknown } | true;

/** Is told what changed, and whether it was written through this document. It can read. */
export type RawTell = (seen: RawSeen, isOwn: boolean) => void;

/** What a document in memory has on the other side. */
export interface RawDocument {
  edits(): RawEdits;
  readonly id: string;
  readonly author: string;
  /** Opens a change, calls the function, and closes it. It may join the one before, to be undone with it. */
  change(edit: () => void, message: string | undefined, time: number | undefined, joins: boolean): void;
  update(value: unknown): void;
  /** What changed since it was called last. */
  look(): RawSeen | undefined;
  undo(): boolean;
  redo(): boolean;
  heads(): string[];
  log(most: number): LogEntry[];
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

/** What a document in a store has on the other side. What it promises has taken its turn. */
export interface RawStored {
  readonly id: string;
  readonly author: string;
  edits(): RawEdits;
  /** Calls a function that can read, once it has told what changed since it told last. */
  read(read: () => unknown, tell: RawTell): Promise<unknown>;
  /** Tells what changed since it told last, if something did. */
  look(tell: RawTell): Promise<void>;
  /** Calls a function whenever it has grown. */
  watch(tell: () => void): void;
  /** Opens a change, once it has told what changed since it told last, and then tells what was written. */
  change(
    edit: () => void,
    tell: RawTell,
    message: string | undefined,
    time: number | undefined,
    joins: boolean,
  ): Promise<void>;
  update(value: unknown, tell: RawTell): Promise<void>;
  undo(tell: RawTell): Promise<boolean>;
  redo(tell: RawTell): Promise<boolean>;
  heads(): Promise<string[]>;
  log(most: number): Promise<LogEntry[]>;
  apply(bytes: Uint8Array): Promise<void>;
  export(heads: string[]): Promise<Uint8Array>;
  save(): Promise<Uint8Array>;
  synced(): Promise<void>;
  relays(): RelayStanding[];
  show(presence: string | undefined): void;
  others(tell: (author: string, presence: string | undefined) => void): void;
  close(): Promise<void>;
  free(): void;
}

/** What a store has on the other side. */
export interface RawStore {
  readonly author: string;
  create(type: RawType): Promise<RawStored>;
  openDocument(type: RawType, id: string): Promise<RawStored>;
  join(type: RawType, id: string): Promise<RawStored>;
  documents(): Promise<Listing[]>;
  setTitle(id: string, title: string | undefined): Promise<void>;
  remove(id: string): Promise<void>;
  connect(address: string, tell: (status: RelayStatus) => void): string | undefined;
  /** Dials at once all relays that are lost. */
  dialAgain(): void;
  /** Sends a message to whoever is connected to the same relay. */
  send(to: string, bytes: Uint8Array): void;
  /** Calls a function with the messages that come from now on. It is called once. */
  hear(tell: (from: string, bytes: Uint8Array) => void): void;
  disconnect(): Promise<void>;
  free(): void;
}
