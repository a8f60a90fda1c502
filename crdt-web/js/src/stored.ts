/** Documents that are kept in the browser, and relays that they are kept up to date with. */

import { asBytes, asPosition, asSaid, asText } from "./checks.ts";
import { ALL, madeOf } from "./document.ts";
import { Groups } from "./groups.ts";
import { Life } from "./life.ts";
import { type Hear, type Named, Others, Presence } from "./presence.ts";
import type { RawSeen, RawStore, RawStored, RawType } from "./raw.ts";
import type { Schema } from "./schema.ts";
import type * as types from "./types.ts";
import { encode } from "./values.ts";
import { Watched, called, report } from "./watched.ts";

/** What opens stores, given what WebAssembly exports for it. */
export function storeType(raw: { open(name: string): Promise<unknown> }): types.OpenStore {
  return async (name) => new Store((await raw.open(asText(name, "the name of a store"))) as RawStore);
}

/** What came from another peer, and from whom. */
type Message = (from: string, bytes: Uint8Array) => void;

class Store implements types.Store {
  readonly author: string;
  readonly #raw: RawStore;
  readonly #life = new Life("store");
  /** The network is back: there is no use in waiting. */
  readonly #online = (): void => this.#raw.dialAgain();
  /** Who is told of messages, once somebody is. */
  #hears: Set<Message> | undefined;

  constructor(raw: RawStore) {
    this.#raw = raw;
    this.author = raw.author;
  }

  create<V, E, D>(type: types.DocumentType<V, E, D>): Promise<types.StoredDocument<V, E, D>> {
    return this.#made(type, (of) => this.#raw.create(of));
  }

  open<V, E, D>(type: types.DocumentType<V, E, D>, id: string): Promise<types.StoredDocument<V, E, D>> {
    return this.#made(type, (of) => this.#raw.openDocument(of, asId(id)));
  }

  join<V, E, D>(type: types.DocumentType<V, E, D>, id: string): Promise<types.StoredDocument<V, E, D>> {
    return this.#made(type, (of) => this.#raw.join(of, asId(id)));
  }

  async documents(): Promise<types.Listing[]> {
    return this.#open.documents();
  }

  async setTitle(id: string, title: string | null): Promise<void> {
    return this.#open.setTitle(asId(id), title === null ? undefined : asText(title, "a title"));
  }

  async remove(id: string): Promise<void> {
    return this.#open.remove(asId(id));
  }

  connect(address: string, callback: (status: types.RelayStatus) => void = () => {}): string | undefined {
    const document = this.#open.connect(asText(address, "the address of a relay"), callback);
    // Not in Node.js, which does not know.
    globalThis.addEventListener?.("online", this.#online);
    return document;
  }

  send(to: string, bytes: Uint8Array): void {
    this.#open.send(asText(to, "whom a message is for"), asBytes(bytes, "what a message has"));
  }

  messages(callback: (from: string, bytes: Uint8Array) => void): types.Unsubscribe {
    const hears = this.#hears ?? new Set<Message>();
    if (this.#hears === undefined) this.#open.hear((from, bytes) => called(hears, (hear) => hear(from, bytes)));
    this.#hears = hears;
    const own: Message = (from, bytes) => callback(from, bytes);
    hears.add(own);
    return () => {
      hears.delete(own);
    };
  }

  async disconnect(): Promise<void> {
    globalThis.removeEventListener?.("online", this.#online);
    if (!this.#life.isOver) await this.#raw.disconnect();
  }

  [Symbol.dispose](): void {
    if (this.#life.isOver) return;
    this.disconnect().catch(report);
    this.#hears?.clear();
    this.#life.end();
    this.#raw.free();
  }

  /** The other side, as long as it is not closed. */
  get #open(): RawStore {
    this.#life.check();
    return this.#raw;
  }

  async #made<V, E, D>(
    type: types.DocumentType<V, E, D>,
    make: (of: RawType) => Promise<RawStored>,
  ): Promise<types.StoredDocument<V, E, D>> {
    this.#life.check();
    const { schema, type: of } = madeOf(type as types.DocumentType<never, never, never>);
    const raw = of();
    try {
      return await StoredDocument.of<V, E, D>(schema, await make(raw), this.#life);
    } finally {
      raw.free();
    }
  }
}

function asId(id: unknown): string {
  const text = asText(id, "the id of a document");
  if (/^[0-9a-f]{64}$/i.test(text)) return text;
  throw new TypeError(`"${text}" is not the id of a document`);
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
  readonly id: string;
  readonly author: string;
  readonly #raw: RawStored;
  readonly #watched: Watched<V, E, D>;
  readonly #groups = new Groups();
  readonly #life = new Life("document");
  readonly #store: Life;
  readonly #presence = new Presence((presence) => this.#open.show(presence === undefined ? undefined : JSON.stringify(presence)));
  readonly #others = new Others((hear) => this.#hear(hear));
  /** What was asked for and is not settled. */
  readonly #asked = new Set<Promise<unknown>>();
  /** What of that waits for its turn. */
  readonly #waiting: Waiting<E>[] = [];
  #isWriting = false;
  /** Once it is asked for. */
  #closing: Promise<void> | undefined;
  /** Nothing of the other side is there any more. */
  #isFreed = false;

  private constructor(schema: Schema, raw: RawStored, store: Life) {
    this.#raw = raw;
    this.#store = store;
    this.id = raw.id;
    this.author = raw.author;
    this.#watched = new Watched<V, E, D>(schema, raw.edits());
  }

  static async of<V, E, D>(schema: Schema, raw: RawStored, store: Life): Promise<StoredDocument<V, E, D>> {
    const document = new StoredDocument<V, E, D>(schema, raw, store);
    await raw.read(() => document.#watched.read(), () => {});
    raw.watch(() => void document.#look());
    return document;
  }

  get value(): V {
    return this.#watched.value;
  }

  read<N>(of: (editor: E) => types.Editor<N> | null | undefined): Promise<N | undefined> {
    return this.#read(() => this.#watched.part(of));
  }

  change(edit: (editor: E) => void, options: types.WriteOptions = {}): Promise<void> {
    return this.#ask(() => new Promise((done) => this.#wait({ edit, options: { ...options }, done })));
  }

  update(value: V): Promise<void> {
    return this.#ask(() => {
      const { schema } = this.#watched;
      const encoded = encode(schema, schema.root, value);
      return this.#inTurn(() => this.#raw.update(encoded, this.#tell));
    });
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
    return this.#ask(() => this.#inTurn(() => this.#raw.undo(this.#tell)));
  }

  redo(): Promise<boolean> {
    return this.#ask(() => this.#inTurn(() => this.#raw.redo(this.#tell)));
  }

  heads(): Promise<string[]> {
    return this.#ask(() => this.#raw.heads());
  }

  log(most: number = ALL): Promise<types.LogEntry[]> {
    return this.#ask(() => this.#raw.log(asPosition(most)));
  }

  apply(bytes: Uint8Array): Promise<void> {
    return this.#ask(async () => {
      await this.#raw.apply(asBytes(bytes, "what another replica exported"));
      await this.#look();
    });
  }

  export(heads: readonly string[] = []): Promise<Uint8Array> {
    return this.#ask(() => this.#raw.export(heads.map((head) => asText(head, "a head"))));
  }

  save(): Promise<Uint8Array> {
    return this.#ask(() => this.#raw.save());
  }

  async synced(): Promise<void> {
    this.#store.check();
    await this.#store.during(this.#life.during(this.#open.synced()));
  }

  relays(): types.RelayStanding[] {
    return this.#open.relays();
  }

  show(presence: types.JsonValue): void {
    if (JSON.stringify(presence) === undefined) throw new TypeError("what is shown is JSON");
    this.#presence.say(presence);
  }

  hide(): void {
    if (!this.#life.isOver) this.#presence.hide();
  }

  showCaret(field: object, caret: types.JsonValue | undefined, besides: Named = {}): void {
    if (!this.#life.isOver) this.#presence.caret(field, caret, besides);
  }

  others(callback: Hear): types.Unsubscribe {
    return this.#life.isOver ? () => {} : this.#others.subscribe(callback);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.dispose](): void {
    this.#watched.end();
    this.#others.end();
    if (this.#closing === undefined) this.close().catch(report);
  }

  /** Takes nothing more, and ends when everything is done that was asked for. */
  async #close(): Promise<void> {
    this.#life.end();
    await Promise.allSettled(this.#asked);
    try {
      await this.#raw.close();
    } finally {
      this.#isFreed = true;
      this.#watched.end();
      this.#others.end();
      this.#watched.edits.free();
      this.#raw.free();
    }
  }

  /** The other side, as long as it is not closed. */
  get #open(): RawStored {
    this.#life.check();
    return this.#raw;
  }

  /** Does what is done also if it is closed meanwhile, and not if it is already. */
  async #ask<R>(work: () => Promise<R>): Promise<R> {
    this.#life.check();
    const asked = (async () => work())();
    this.#asked.add(asked);
    try {
      return await asked;
    } finally {
      this.#asked.delete(asked);
    }
  }

  #hear(hear: Hear): void {
    this.#raw.others((author, presence) => hear(author, presence === undefined ? undefined : JSON.parse(presence)));
  }

  /** What is done while it can be read, in its turn. Everything before that has been told then. */
  async #read<R>(read: () => R): Promise<R> {
    return (await this.#ask(() => this.#raw.read(read, this.#tell))) as R;
  }

  /** Has something be done when what was asked for before is, and not together with it. */
  #inTurn<R>(work: () => Promise<R>): Promise<R> {
    return new Promise((done) => {
      this.#wait(async () => {
        this.#groups.begin();
        const working = (async () => work())();
        done(working);
        await working.catch(() => {});
      });
    });
  }

  #wait(waiting: Waiting<E>): void {
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
    let isOfOne = false;
    const one = async (edits: readonly Change<E>[]) => {
      const edit = () => {
        isOfOne = true;
        const late = edits.map(({ edit }) => edit(this.#watched.editor)).find(isPromise);
        isOfOne = late !== undefined;
        return late;
      };
      const options = edits[0]?.options ?? {};
      return this.#raw.change(edit, this.#tell, ...asSaid(options), this.#groups.joins(options.group));
    };
    const all = one(waiting);
    await all.catch(() => {});
    // One that throws is not to keep the others from being written. What fails otherwise, as where there is no room,
    // fails for all.
    const isEach = isOfOne && waiting.length > 1;
    for (const each of waiting) {
      const done = isEach ? one([each]) : all;
      each.done(done);
      await done.catch(() => {});
    }
  }

  readonly #tell = (seen: RawSeen, isOwn: boolean): void => {
    if (isOwn) this.#groups.written();
    if (!this.#isFreed) this.#watched.see(seen, isOwn);
  };

  async #look(): Promise<void> {
    if (!this.#isFreed) await this.#raw.look(this.#tell);
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
