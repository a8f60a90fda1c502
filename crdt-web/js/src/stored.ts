/** Documents that are kept in the browser, and relays that they are kept up to date with. */

import { ALL, madeOf } from "./document.ts";
import { Groups } from "./groups.ts";
import type { RawSeen, RawStore, RawStored, RawType } from "./raw.ts";
import type { Schema } from "./schema.ts";
import type * as types from "./types.ts";
import { encode } from "./values.ts";
import { Watched, called } from "./watched.ts";

/** What opens stores, given what WebAssembly exports for it. */
export function storeType(raw: { open(name: string): Promise<unknown> }): types.OpenStore {
  return async (name) => new Store((await raw.open(name)) as RawStore);
}

/** What came from another peer, and from whom. */
type Message = (from: string, bytes: Uint8Array) => void;

class Store implements types.Store {
  readonly #raw: RawStore;
  /** The network is back: there is no use in waiting. */
  readonly #online = (): void => this.#raw.dialAgain();
  /** Who is told of messages, once somebody is. */
  #hears: Set<Message> | undefined;

  constructor(raw: RawStore) {
    this.#raw = raw;
  }

  get author(): string {
    return this.#raw.author;
  }

  create<V, E, D>(type: types.DocumentType<V, E, D>): Promise<types.StoredDocument<V, E, D>> {
    return this.#made(type, (of) => this.#raw.create(of));
  }

  open<V, E, D>(type: types.DocumentType<V, E, D>, id: string): Promise<types.StoredDocument<V, E, D>> {
    return this.#made(type, (of) => this.#raw.openDocument(of, id));
  }

  join<V, E, D>(type: types.DocumentType<V, E, D>, id: string): Promise<types.StoredDocument<V, E, D>> {
    return this.#made(type, (of) => this.#raw.join(of, id));
  }

  documents(): Promise<types.Listing[]> {
    return this.#raw.documents();
  }

  setTitle(id: string, title: string | null): Promise<void> {
    return this.#raw.setTitle(id, title ?? undefined);
  }

  remove(id: string): Promise<void> {
    return this.#raw.remove(id);
  }

  connect(address: string, callback: (status: types.RelayStatus) => void = () => {}): string | undefined {
    const document = this.#raw.connect(address, callback);
    // Not in Node.js, which does not know.
    globalThis.addEventListener?.("online", this.#online);
    return document;
  }

  send(to: string, bytes: Uint8Array): void {
    this.#raw.send(to, bytes);
  }

  messages(callback: (from: string, bytes: Uint8Array) => void): types.Unsubscribe {
    const hears = this.#hears ?? new Set<Message>();
    if (this.#hears === undefined) this.#raw.hear((from, bytes) => called(hears, (hear) => hear(from, bytes)));
    this.#hears = hears;
    const own: Message = (from, bytes) => callback(from, bytes);
    hears.add(own);
    return () => {
      hears.delete(own);
    };
  }

  disconnect(): Promise<void> {
    this.#offline();
    return this.#raw.disconnect();
  }

  [Symbol.dispose](): void {
    this.#offline();
    this.#raw.free();
  }

  #offline(): void {
    globalThis.removeEventListener?.("online", this.#online);
  }

  async #made<V, E, D>(
    type: types.DocumentType<V, E, D>,
    make: (of: RawType) => Promise<RawStored>,
  ): Promise<types.StoredDocument<V, E, D>> {
    const { schema, type: of } = madeOf(type as types.DocumentType<never, never, never>);
    const raw = of();
    try {
      return await StoredDocument.of<V, E, D>(schema, await make(raw));
    } finally {
      raw.free();
    }
  }
}

/** A change that waits for its turn. */
interface Change<E> {
  readonly edit: (editor: E) => void;
  readonly options: types.WriteOptions;
  readonly done: (done: Promise<void>) => void;
}

/** What waits for its turn: a change, or something else, which is over when its promise is kept. */
type Waiting<E> = Change<E> | (() => Promise<void>);

class StoredDocument<V, E, D> implements types.StoredDocument<V, E, D> {
  readonly #raw: RawStored;
  readonly #watched: Watched<V, E, D>;
  readonly #groups = new Groups();
  /** What was asked for while something else is being made durable. */
  readonly #waiting: Waiting<E>[] = [];
  #isWriting = false;
  #isOver = false;

  private constructor(schema: Schema, raw: RawStored) {
    this.#raw = raw;
    this.#watched = new Watched<V, E, D>(schema, raw.edits());
  }

  static async of<V, E, D>(schema: Schema, raw: RawStored): Promise<StoredDocument<V, E, D>> {
    const document = new StoredDocument<V, E, D>(schema, raw);
    await raw.read(() => document.#watched.read(), () => {});
    raw.watch(() => void document.#look());
    return document;
  }

  get id(): string {
    return this.#raw.id;
  }

  get author(): string {
    return this.#raw.author;
  }

  get value(): V {
    return this.#watched.value;
  }

  read<N>(of: (editor: E) => types.Editor<N> | null | undefined): Promise<N | undefined> {
    return this.#read(() => this.#watched.part(of));
  }

  change(edit: (editor: E) => void, options: types.WriteOptions = {}): Promise<void> {
    return new Promise((done) => this.#ask({ edit, options, done }));
  }

  update(value: V): Promise<void> {
    const { schema } = this.#watched;
    const encoded = encode(schema, schema.root, value);
    return this.#inTurn(() => this.#raw.update(encoded, this.#tell));
  }

  subscribe(callback: (seen: types.Seen<V, D>) => void): types.Unsubscribe {
    return this.#watched.subscribe(callback);
  }

  subscribeTo<N, P>(
    of: (editor: E) => types.Editor<N, P> | null | undefined,
    callback: (seen: types.Seen<N | undefined, P>) => void,
  ): Promise<types.Unsubscribe> {
    return this.#read(() => this.#watched.subscribeTo(of, callback));
  }

  cursor(
    of: (editor: E) => types.Places,
    position: number,
    side: "left" | "right" = "left",
  ): Promise<string | undefined> {
    return this.#read(() => this.#watched.cursor(of, position, side));
  }

  positionOf(of: (editor: E) => types.Places, cursor: string): Promise<number | undefined> {
    return this.#read(() => this.#watched.positionOf(of, cursor));
  }

  undo(): Promise<boolean> {
    return this.#inTurn(() => this.#raw.undo(this.#tell));
  }

  redo(): Promise<boolean> {
    return this.#inTurn(() => this.#raw.redo(this.#tell));
  }

  heads(): Promise<string[]> {
    return this.#raw.heads();
  }

  log(most: number = ALL): Promise<types.LogEntry[]> {
    return this.#raw.log(most);
  }

  async apply(bytes: Uint8Array): Promise<void> {
    await this.#raw.apply(bytes);
    await this.#look();
  }

  export(heads: readonly string[] = []): Promise<Uint8Array> {
    return this.#raw.export([...heads]);
  }

  save(): Promise<Uint8Array> {
    return this.#raw.save();
  }

  synced(): Promise<void> {
    return this.#raw.synced();
  }

  relays(): types.RelayStanding[] {
    return this.#raw.relays();
  }

  show(presence: types.JsonValue): void {
    this.#raw.show(JSON.stringify(presence));
  }

  hide(): void {
    this.#raw.show(undefined);
  }

  others(callback: (author: string, presence: types.JsonValue | undefined) => void): types.Unsubscribe {
    let tell: typeof callback | undefined = callback;
    this.#raw.others((author, presence) => {
      tell?.(author, presence === undefined ? undefined : JSON.parse(presence));
    });
    return () => {
      tell = undefined;
    };
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#raw.close());
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watched.end();
    this.#watched.edits.free();
    this.#raw.free();
  }

  /** What is done while it can be read, in its turn. Everything before that has been told then. */
  async #read<R>(read: () => R): Promise<R> {
    return (await this.#raw.read(read, this.#tell)) as R;
  }

  /** Has something be done when what was asked for before is, and not together with it. */
  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    return new Promise((done) => {
      this.#ask(async () => {
        this.#groups.begin();
        const working = (async () => work())();
        done(working);
        await working.catch(() => {});
      });
    });
  }

  #ask(waiting: Waiting<E>): void {
    this.#waiting.push(waiting);
    if (!this.#isWriting) void this.#write();
  }

  /** Does what waits until nothing does. Changes that came while something was written are one. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await (typeof next === "function" ? next() : this.#together([next, ...this.#alike(next)]));
    }
    this.#isWriting = false;
  }

  /** Takes what waits and can be one change with another. */
  #alike({ options }: Change<E>): Change<E>[] {
    const other = this.#waiting.findIndex((next) => typeof next === "function" || !areOne(options, next.options));
    return this.#waiting.splice(0, other === -1 ? this.#waiting.length : other) as Change<E>[];
  }

  async #together(waiting: readonly Change<E>[]): Promise<void> {
    const one = async (edits: readonly Change<E>[]) => {
      const edit = () => edits.map(({ edit }) => edit(this.#watched.editor)).find(isPromise);
      const { message, time, group } = edits[0]?.options ?? {};
      return this.#raw.change(edit, this.#tell, message, time?.getTime(), this.#groups.joins(group));
    };
    const all = one(waiting);
    const isWritten = await all.then(() => true, () => waiting.length === 1);
    for (const each of waiting) {
      // One that throws is not to keep the others from being written.
      const done = isWritten ? all : one([each]);
      each.done(done);
      await done.catch(() => {});
    }
  }

  readonly #tell = (seen: RawSeen, isOwn: boolean): void => {
    if (isOwn) this.#groups.written();
    if (!this.#isOver) this.#watched.see(seen, isOwn);
  };

  async #look(): Promise<void> {
    if (!this.#isOver) await this.#raw.look(this.#tell);
  }
}

/** Whether two changes can be one. */
function areOne(one: types.WriteOptions, other: types.WriteOptions): boolean {
  return !isAlone(one) && !isAlone(other) && one.group === other.group;
}

function isAlone({ isAlone, message, time }: types.WriteOptions): boolean {
  return isAlone === true || message !== undefined || time !== undefined;
}

function isPromise(given: unknown): boolean {
  return given instanceof Promise;
}
