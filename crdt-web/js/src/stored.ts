/** Documents that are kept in the browser, and relays that they are kept up to date with. */

import { madeOf } from "./document.ts";
import type { RawStore, RawStored, RawType } from "./raw.ts";
import type { Schema } from "./schema.ts";
import type * as types from "./types.ts";
import { encode } from "./values.ts";
import { Watched } from "./watched.ts";

/** What opens stores, given what WebAssembly exports for it. */
export function storeType(raw: { open(name: string): Promise<unknown> }): types.OpenStore {
  return async (name) => new Store((await raw.open(name)) as RawStore);
}

class Store implements types.Store {
  readonly #raw: RawStore;

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
    return this.#raw.connect(address, callback);
  }

  disconnect(): Promise<void> {
    return this.#raw.disconnect();
  }

  [Symbol.dispose](): void {
    this.#raw.free();
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
interface Waiting<E> {
  readonly edit: (editor: E) => void;
  readonly done: (done: Promise<void>) => void;
}

class StoredDocument<V, E, D> implements types.StoredDocument<V, E, D> {
  readonly #raw: RawStored;
  readonly #watched: Watched<V, E, D>;
  /** What was asked for while something else is being made durable. */
  #waiting: Waiting<E>[] = [];
  #isWriting = false;
  #isOver = false;

  private constructor(schema: Schema, raw: RawStored) {
    this.#raw = raw;
    this.#watched = new Watched<V, E, D>(schema, raw.edits());
  }

  static async of<V, E, D>(schema: Schema, raw: RawStored): Promise<StoredDocument<V, E, D>> {
    const document = new StoredDocument<V, E, D>(schema, raw);
    await raw.read(() => document.#watched.read());
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

  change(edit: (editor: E) => void): Promise<void> {
    const done = new Promise<void>((done) => this.#waiting.push({ edit, done }));
    if (!this.#isWriting) void this.#write();
    return done;
  }

  update(value: V): Promise<void> {
    const { schema } = this.#watched;
    return this.#done(this.#raw.update(encode(schema, schema.root, value)));
  }

  subscribe(callback: (seen: types.Seen<V, D>) => void): () => void {
    return this.#watched.subscribe(callback);
  }

  subscribeTo<N, P>(
    of: (editor: E) => types.Editor<N, P> | null | undefined,
    callback: (seen: types.Seen<N | undefined, P>) => void,
  ): Promise<() => void> {
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
    return this.#done(this.#raw.undo());
  }

  redo(): Promise<boolean> {
    return this.#done(this.#raw.redo());
  }

  heads(): Promise<string[]> {
    return this.#raw.heads();
  }

  apply(bytes: Uint8Array): Promise<void> {
    return this.#done(this.#raw.apply(bytes));
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

  others(callback: (author: string, presence: types.JsonValue | undefined) => void): () => void {
    let tell: typeof callback | undefined = callback;
    this.#raw.others((author, presence) => {
      tell?.(author, presence === undefined ? undefined : JSON.parse(presence));
    });
    return () => {
      tell = undefined;
    };
  }

  async close(): Promise<void> {
    await this.#raw.close();
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#watched.end();
    this.#watched.edits.free();
    this.#raw.free();
  }

  /** What is done while it can be read, in its turn. */
  async #read<R>(read: () => R): Promise<R> {
    return (await this.#raw.read(read)) as R;
  }

  /** Writes what waits until nothing does. What came while something was written is one change. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#together(waiting);
    }
    this.#isWriting = false;
  }

  async #together(waiting: readonly Waiting<E>[]): Promise<void> {
    const one = (edits: readonly Waiting<E>[]) => {
      const edit = () => edits.map(({ edit }) => edit(this.#watched.editor)).find(isPromise);
      return this.#done(this.#raw.change(edit));
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

  /** What was written is seen here when that is said. */
  async #done<R>(writing: Promise<R>): Promise<R> {
    const done = await writing;
    await this.#look();
    return done;
  }

  async #look(): Promise<void> {
    if (this.#isOver) return;
    await this.#raw.look((seen) => this.#watched.see(seen));
  }
}

function isPromise(given: unknown): boolean {
  return given instanceof Promise;
}
