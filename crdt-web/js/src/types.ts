/// <reference lib="esnext.disposable" preserve="true" />

/**
 * What the declarations of all documents refer to.
 *
 * Positions in texts count UTF-16 code units, as JavaScript does. One that lies within a character is
 * refused.
 */

/** Any JSON. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | JsonValue[]
  | { [key: string]: JsonValue };

/** What an editor edits, and what changes there. It is nothing but a type. */
declare const edited: unique symbol;

/**
 * Edits a node inside a change. It is of no use when the change is over. Where a value is expected, it is what is there:
 * `board.due = board.due`.
 */
export interface Editor<V, D = unknown> {
  readonly [edited]?: [V, D];
}

/** What changes of what an editor edits. */
export type DeltaOf<E> = E extends Editor<infer _, infer D> ? D : never;

/** One value that is replaced as a whole, where it is an element or an entry. */
export interface RegisterEditor<V> extends Editor<V, V> {
  readonly value: V;
  set(value: V): void;
}

/** A sum. What several add at the same time is all in it. */
export interface CounterEditor<N extends number | bigint> extends Editor<N, CounterDelta<N>> {
  readonly value: N;
  add(by: number | bigint): void;
  /** Makes it 0; what others add at the same time stays. */
  reset(): void;
}

/** A text. */
export interface TextEditor extends Editor<string, TextDelta> {
  readonly length: number;
  insert(position: number, text: string): void;
  push(text: string): void;
  delete(start: number, end: number): void;
  replace(start: number, end: number, text: string): void;
  clear(): void;
  /** Makes it read as a text by what differs. */
  set(text: string): void;
  toString(): string;
}

/** A list. */
export interface ListEditor<V, E> extends Editor<readonly V[], ListDelta<V, DeltaOf<E>>>, Iterable<E> {
  readonly length: number;
  /** The editor of an element; a negative position counts from the end. */
  at(position: number): E | undefined;
  /** The name of an element, by which it is found wherever it moves. */
  idAt(position: number): string | undefined;
  /** Where an element is. */
  positionOf(id: string): number | undefined;
  byId(id: string): E | undefined;
  insert(position: number, ...values: V[]): void;
  push(...values: V[]): void;
  /** Deletes the elements from one position to before another one. */
  delete(start: number, end?: number): void;
  /** Moves the element at a position so that it is at another one. */
  move(from: number, to: number): void;
  clear(): void;
  /** Makes it read as these values, by what differs. */
  set(values: readonly V[]): void;
}

/** A map. */
export interface MapEditor<M, K, V, E> extends Editor<M, M extends ReadonlyMap<K, V> ? MapDelta<K, V, DeltaOf<E>> : RecordDelta<V, DeltaOf<E>>> {
  readonly size: number;
  has(key: K): boolean;
  /** The editor of the entry of a key, if there is one. */
  get(key: K): E | undefined;
  /** The editor of the entry of a key, which is made if it is not there. */
  entry(key: K): E;
  set(key: K, value: V): void;
  delete(key: K): boolean;
  keys(): K[];
  clear(): void;
}

/** A set. */
export interface SetEditor<K> extends Editor<readonly K[], SetDelta<K>> {
  readonly size: number;
  has(key: K): boolean;
  add(key: K): void;
  delete(key: K): boolean;
  keys(): K[];
  clear(): void;
}

/** A node that may be absent, where it is an element or an entry. */
export interface OptionEditor<V, E> extends Editor<V | null, EntryDelta<V, DeltaOf<E>>> {
  readonly value: V | null;
  /** The editor of what is there. */
  get(): E | null;
  set(value: V | null): void;
}

/** Which variant of an enum is selected, and what it holds. */
export interface EnumEditor<V, D> extends Editor<V, D> {
  readonly value: V;
  set(value: V): void;
}

/**
 * Any JSON, edited in place by the pointer (RFC 6901) of what is meant; `""` is all of it. An element of an array
 * is named by its position, or by its name, which `idAt` gives; `-` is behind the last one.
 */
export interface JsonEditor extends Editor<JsonValue, JsonDelta> {
  /** The plain value of a place; `undefined` if nothing is there. */
  value(pointer?: string): JsonValue | undefined;
  /** How many entries, elements or code units there are. */
  length(pointer?: string): number;
  /** The keys of an object. */
  keys(pointer?: string): string[];
  /** The editor of a place that is there, which is the same wherever it moves in arrays. */
  at(pointer: string): JsonEditor | undefined;
  /**
   * The text at a place, edited character by character, and the same wherever it moves in arrays. It is made when it is
   * first written to, of a string or where nothing is; `undefined` if something else is there.
   */
  text(pointer?: string): TextEditor | undefined;
  /** Writes a value over what is at a place. Objects on the way are made. */
  set(pointer: string, value: JsonValue): void;
  /** Inserts elements into an array. */
  insert(pointer: string, position: number, ...values: JsonValue[]): void;
  /** Appends elements to an array, which is made if nothing is there, with the objects on the way. */
  push(pointer: string, ...values: JsonValue[]): void;
  /** Removes an entry of an object or an element of an array. */
  remove(pointer: string): boolean;
  /** Moves the element at a position of an array so that it is at another one. */
  move(pointer: string, from: number, to: number): void;
  /** The name of an element of an array, by which it is found wherever it moves. */
  idAt(pointer: string, position: number): string | undefined;
  /** Where an element of an array is. */
  positionOf(pointer: string, id: string): number | undefined;
}

/** A counter reads as another number. */
export interface CounterDelta<N extends number | bigint> {
  by: N;
  to: N;
}

/** What changed in a text, from its beginning; lengths count UTF-16 code units. */
export type TextRun = { retain: number } | { insert: string } | { delete: number };

/** What changed in a text, from its beginning. */
export interface TextDelta extends ReadonlyArray<TextRun> {}

/**
 * What changed in a list, from its beginning. An element that moved is lifted where it was and put
 * where it is, under the number of a slot.
 */
export type ListRun<V, D> =
  | { retain: number }
  | { edit: D }
  | { insert: V[] }
  | { delete: number }
  | { lift: number }
  | { put: number; edit?: D };

/** What changed in a list, from its beginning. */
export interface ListDelta<V, D> extends ReadonlyArray<ListRun<V, D>> {}

/** What became of an entry. */
export type EntryDelta<V, D> = { inserted: V } | "removed" | { changed: D };

/** What changed in a map whose keys are strings. */
export interface RecordDelta<V, D> {
  [key: string]: EntryDelta<V, D>;
}

/** What changed in a map. */
export interface MapDelta<K, V, D> extends ReadonlyMap<K, EntryDelta<V, D>> {}

/** What changed in a set. */
export interface SetDelta<K> {
  inserted?: K[];
  removed?: K[];
}

/** What changed in JSON. */
export type JsonDelta =
  | { replaced: JsonValue }
  | { object: RecordDelta<JsonValue, JsonDelta> }
  | { array: ListDelta<JsonValue, JsonDelta> }
  | { text: TextDelta };

/** What somebody sees who looks again: what there is now, and what changed, or `null` if all may have. */
export interface Seen<V, D> {
  readonly value: V;
  readonly delta: D | null;
  /** Whether it was written through this document: a change, an update, an undo or a redo of it, and nothing else. */
  readonly isOwn: boolean;
}

/** A change. */
export interface LogEntry {
  readonly hash: string;
  readonly author: string;
  /** What its author says about it. */
  readonly message: string | null;
  /** When its author says it was made. */
  readonly time: Date | null;
}

/** Ends what was begun. */
export type Unsubscribe = () => void;

/** How something is written. */
export interface WriteOptions {
  /**
   * Whether it is a change of its own, and undone as one, also if others are asked for while something is being
   * made durable. In memory every change is, and so is one that something is said about.
   */
  readonly isAlone?: boolean;
  /**
   * Changes of one group that are written one after the other are undone together, as what is typed without a
   * pause is. Anything else that is written through the document in between ends it.
   */
  readonly group?: object;
  /** What is said about it in the log. */
  readonly message?: string;
  /** When it is said to be made. Nothing depends on it. */
  readonly time?: Date;
}

/** What has places between its parts. */
export type Places = TextEditor | Pick<ListEditor<unknown, unknown>, "idAt"> | null | undefined;

/** A document, and everything that can be done with it. */
export interface TypedDocument<V, E, D> extends Disposable {
  /** Which document it is. */
  readonly id: string;
  /** The key that writes here. */
  readonly author: string;
  /** The plain value. What did not change is the same object as before; it is not to be written to. */
  readonly value: V;
  /** The plain value of a part, which is told by its editor. */
  read<N>(of: (editor: E) => Editor<N> | null | undefined): N | undefined;
  /** Writes a change. If the function throws, nothing of it is done, and it is thrown again. */
  change(edit: (editor: E) => void, options?: WriteOptions): void;
  /** Makes the document read as a value, by what differs. */
  update(value: V): void;
  /** Says what changes from now on, until the function that it returns is called. */
  subscribe(callback: (seen: Seen<V, D>) => void): Unsubscribe;
  /**
   * Says what changes of a part, which is told by its editor: `(board) => board.tasks.at(0)?.notes`.
   * It stays the same part, wherever it moves. When there is none any more, `value` is `undefined`.
   */
  subscribeTo<N, P>(
    of: (editor: E) => Editor<N, P> | null | undefined,
    callback: (seen: Seen<N | undefined, P>) => void,
  ): Unsubscribe;
  /**
   * A place in a text or list that stays where it is while others edit around it: a string that can be
   * kept, and sent to others. It stands at its left neighbour, or at the right one.
   */
  cursor(of: (editor: E) => Places, position: number, side?: "left" | "right"): string | undefined;
  /** Where a cursor is now. */
  positionOf(of: (editor: E) => Places, cursor: string): number | undefined;
  /** Takes back what this replica did last; whether there was something. */
  undo(): boolean;
  /** Does again what was taken back last; whether there was something. */
  redo(): boolean;
  /** The changes that nothing follows on yet: the version of the document. */
  heads(): string[];
  /** The changes, the newest one first, and no more than so many. */
  log(most?: number): LogEntry[];
  /** Takes in what another replica exported. */
  apply(bytes: Uint8Array): void;
  /** What a replica with these heads lacks. */
  export(heads?: readonly string[]): Uint8Array;
  /** All of it, for `load`. */
  save(): Uint8Array;
}

/** A class of documents. */
export interface DocumentType<V, E, D> {
  /** A new document. */
  create(): TypedDocument<V, E, D>;
  /** One that was saved. */
  load(bytes: Uint8Array): TypedDocument<V, E, D>;
  /** An empty replica of a document, to take in what others export. */
  join(id: string): TypedDocument<V, E, D>;
}

/** A document that is kept in the browser. What is promised has taken its turn, and is durable. */
export interface StoredDocument<V, E, D> extends Disposable {
  /** Which document it is. */
  readonly id: string;
  /** The key that writes here. */
  readonly author: string;
  /** The plain value. What did not change is the same object as before; it is not to be written to. */
  readonly value: V;
  /** The plain value of a part, which is told by its editor. */
  read<N>(of: (editor: E) => Editor<N> | null | undefined): Promise<N | undefined>;
  /**
   * Writes a change, on top of what others wrote meanwhile. If the function throws, nothing of it is done,
   * and the promise is broken with that. What is asked for while another change is being made durable is
   * written as one with whatever else is, so keystrokes do not wait for each other; the function is
   * called again then if one beside it throws. Where they cannot be written, as where there is no room, they fail
   * together. When the function is called, whoever has subscribed has been
   * told everything that came before it.
   */
  change(edit: (editor: E) => void, options?: WriteOptions): Promise<void>;
  /** Makes the document read as a value, by what differs. */
  update(value: V): Promise<void>;
  /** Says what changes from now on, until the function that it returns is called. */
  subscribe(callback: (seen: Seen<V, D>) => void): Unsubscribe;
  /** Says what changes of a part, which is told by its editor. It stays the same part, wherever it moves. */
  subscribeTo<N, P>(
    of: (editor: E) => Editor<N, P> | null | undefined,
    callback: (seen: Seen<N | undefined, P>) => void,
  ): Promise<Unsubscribe>;
  /** A place in a text or list that stays where it is while others edit around it. */
  cursor(of: (editor: E) => Places, position: number, side?: "left" | "right"): Promise<string | undefined>;
  /** Where a cursor is now. */
  positionOf(of: (editor: E) => Places, cursor: string): Promise<number | undefined>;
  /** Takes back what was done through this document last; whether there was something. */
  undo(): Promise<boolean>;
  /** Does again what was taken back last; whether there was something. */
  redo(): Promise<boolean>;
  /** The changes that nothing follows on yet: the version of the document. */
  heads(): Promise<string[]>;
  /** The changes, the newest one first, and no more than so many. */
  log(most?: number): Promise<LogEntry[]>;
  /** Takes in what another replica exported. */
  apply(bytes: Uint8Array): Promise<void>;
  /** What a replica with these heads lacks. */
  export(heads?: readonly string[]): Promise<Uint8Array>;
  /** All of it, for `load`. */
  save(): Promise<Uint8Array>;
  /**
   * Is kept when a relay has everything that is here now, and has sent what it had, and broken when the document or its
   * store is closed before that.
   */
  synced(): Promise<void>;
  /** How the relays stand to it that it was exchanged with. */
  relays(): RelayStanding[];
  /** Shows others who you are, where, or whatever else: at most 1 KiB as JSON. It is not kept. */
  show(presence: JsonValue): void;
  /** Shows nothing any more, no caret either, until something is shown again. */
  hide(): void;
  /**
   * Shows where the caret is in a field, or that it is there no more, and what the field shows besides: as `bindText`
   * does. What `show` says is shown with it, if that is an object, and comes before what a field shows besides.
   */
  showCaret(field: object, caret: JsonValue | undefined, besides?: { readonly [name: string]: JsonValue }): void;
  /**
   * Says who else is there, and whenever one of them shows something else, or has left (`undefined`), until
   * the function that it returns is called.
   */
  others(callback: (author: string, presence: JsonValue | undefined) => void): Unsubscribe;
  /**
   * Ends it, when everything is done that was asked for. What is asked for from then on is refused, and whoever listens
   * hears nothing any more; `value` stays. Disposing of it does the same, and does not wait.
   */
  close(): Promise<void>;
}

/**
 * Documents that are kept in this browser, and shared by all tabs. When it is disposed of, its documents stay open, and
 * nothing is asked of it any more.
 */
export interface Store extends Disposable {
  /** The key that writes here. */
  readonly author: string;
  /** A new document. */
  create<V, E, D>(type: DocumentType<V, E, D>): Promise<StoredDocument<V, E, D>>;
  /** One that is here. */
  open<V, E, D>(type: DocumentType<V, E, D>, id: string): Promise<StoredDocument<V, E, D>>;
  /** One that may not be here yet: a relay, or what others export, has it. */
  join<V, E, D>(type: DocumentType<V, E, D>, id: string): Promise<StoredDocument<V, E, D>>;
  /** What is here, in the order in which it came. */
  documents(): Promise<Listing[]>;
  /** Calls a document something, for `documents`. */
  setTitle(id: string, title: string | null): Promise<void>;
  /** Removes a document from this browser. */
  remove(id: string): Promise<void>;
  /**
   * Keeps the documents that are open here up to date with a relay, from now on and whenever it is there.
   * Says how it stands with it, and whenever that changes. A relay that is lost is dialed again after a while, and at once
   * when the browser says that the network is back. Takes the link of an invite too, and gives the id
   * of its document then.
   */
  connect(address: string, callback?: (status: RelayStatus) => void): string | undefined;
  /**
   * Sends at most 8 KiB to whoever is connected with a key (`author`) to a relay that is connected here: to find
   * each other for a connection of their own, for example. It may be lost, where too many are sent (80 in a
   * second are passed on) or nobody is there, and come to each of several tabs. A relay can read it and say what it
   * likes: sign and encrypt what matters.
   */
  send(to: string, bytes: Uint8Array): void;
  /** Says which messages come from now on, and from whom, until the function that it returns is called. */
  messages(callback: (from: string, bytes: Uint8Array) => void): Unsubscribe;
  /** Ends all connections. */
  disconnect(): Promise<void>;
}

/** Opens the store of a name, or makes it. */
export type OpenStore = (name: string) => Promise<Store>;

/** A document of a store. */
export interface Listing {
  readonly id: string;
  /** The name of its Rust type; `null` as long as nothing of it has come. */
  readonly type: string | null;
  readonly title: string | null;
  /** How many changes it has. */
  readonly changes: number;
  /** How many bytes it takes. */
  readonly bytes: number;
  readonly changedAt: Date;
}

/** How it stands with a relay that is dialed. */
export type RelayStatus =
  | { readonly state: "connecting" }
  | { readonly state: "connected"; readonly relay: string }
  /** It will be dialed again, after so many milliseconds. */
  | { readonly state: "waiting"; readonly why: string; readonly wait: number }
  /** It is not dialed again. */
  | { readonly state: "refused"; readonly why: string }
  | { readonly state: "closed" };

/** Why a relay does not serve a document, or takes no changes of it. */
export type Refused =
  /** It is not there, or was removed. */
  | "Unknown"
  /** The key may not have it. */
  | "Forbidden"
  /** It may be read and not written. */
  | "ReadOnly"
  /** There is no more room for changes of this key, or in this document. */
  | "Quota"
  /** Not now. */
  | "Busy"
  /** The app that serves it has it as a type that it is not of. */
  | "OfAnotherType";

/** How a relay stands to a document. */
export interface RelayStanding {
  /** The relay's key. */
  readonly relay: string;
  /** Whether it is connected, and each side has got what the other had. */
  readonly isSynced: boolean;
  /** The heads of what it has durably. */
  readonly durable: readonly string[];
  readonly refused: Refused | null;
}
