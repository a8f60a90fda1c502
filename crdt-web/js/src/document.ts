/** Documents of a type that a schema says, in memory. */

import { asBytes, asPosition, asSaid, asText } from "./checks.ts";
import { Groups } from "./groups.ts";
import type { RawDocument, RawType } from "./raw.ts";
import type { Schema } from "./schema.ts";
import type * as types from "./types.ts";
import { encode } from "./values.ts";
import { Watched } from "./watched.ts";

/** More than there can be. */
export const ALL = 0xffff_ffff;

/** What a class of documents is made of, for stores. */
const MADE_OF = Symbol("made of");

/** The class of documents of a type, given what WebAssembly exports for it. */
export function documentType<V, E, D>(schema: Schema, type: () => RawType): types.DocumentType<V, E, D> {
  const ready = () => {
    try {
      return type();
    } catch (cause) {
      throw new Error("WebAssembly is not there yet: call `await init()` first", { cause });
    }
  };
  const made = (make: (raw: RawType) => RawDocument) => {
    const raw = ready();
    try {
      return new TypedDocument<V, E, D>(schema, make(raw));
    } finally {
      raw.free();
    }
  };
  const all = {
    create: () => made((raw) => raw.create()),
    load: (bytes: Uint8Array) => made((raw) => raw.load(asBytes(bytes))),
    join: (id: string) => made((raw) => raw.join(asText(id))),
    [MADE_OF]: { schema, type: ready },
  };
  return all;
}

/** What a class of documents was made of. */
export function madeOf(type: types.DocumentType<never, never, never>): { schema: Schema; type: () => RawType } {
  return (type as unknown as { [MADE_OF]: { schema: Schema; type: () => RawType } })[MADE_OF];
}

class TypedDocument<V, E, D> implements types.TypedDocument<V, E, D> {
  readonly #raw: RawDocument;
  readonly #watched: Watched<V, E, D>;
  readonly #groups = new Groups();

  constructor(schema: Schema, raw: RawDocument) {
    this.#raw = raw;
    this.#watched = new Watched<V, E, D>(schema, raw.edits());
    this.#raw.look();
    this.#watched.read();
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

  read<N>(of: (editor: E) => types.Editor<N> | null | undefined): N | undefined {
    return this.#watched.part(of);
  }

  change(edit: (editor: E) => void, options: types.WriteOptions = {}): void {
    const [message, time] = asSaid(options);
    const joins = this.#groups.joins(options.group);
    this.#raw.change(() => edit(this.#watched.editor), message, time, joins);
    this.#look(true);
  }

  update(value: V): void {
    const { schema } = this.#watched;
    const encoded = encode(schema, schema.root, value);
    this.#groups.begin();
    this.#raw.update(encoded);
    this.#look(true);
  }

  subscribe(callback: (seen: types.Seen<V, D>) => void): types.Unsubscribe {
    return this.#watched.subscribe(callback);
  }

  subscribeTo<N, P>(
    of: (editor: E) => types.Editor<N, P> | null | undefined,
    callback: (seen: types.Seen<N | undefined, P>) => void,
  ): types.Unsubscribe {
    return this.#watched.subscribeTo(of, callback);
  }

  cursor(of: (editor: E) => types.Places, position: number, side: "left" | "right" = "left"): string | undefined {
    return this.#watched.cursor(of, position, side);
  }

  positionOf(of: (editor: E) => types.Places, cursor: string): number | undefined {
    return this.#watched.positionOf(of, cursor);
  }

  undo(): boolean {
    this.#groups.begin();
    return this.#done(this.#raw.undo());
  }

  redo(): boolean {
    this.#groups.begin();
    return this.#done(this.#raw.redo());
  }

  heads(): string[] {
    return this.#raw.heads();
  }

  log(most: number = ALL): types.LogEntry[] {
    return this.#raw.log(asPosition(most));
  }

  apply(bytes: Uint8Array): void {
    this.#raw.apply(asBytes(bytes));
    this.#look(false);
  }

  export(heads: readonly string[] = []): Uint8Array {
    return this.#raw.export(heads.map((head) => asText(head, "a head")));
  }

  save(): Uint8Array {
    return this.#raw.save();
  }

  [Symbol.dispose](): void {
    this.#watched.end();
    this.#watched.edits.free();
    this.#raw.free();
  }

  #done(done: boolean): boolean {
    this.#look(true);
    return done;
  }

  #look(isOwn: boolean): void {
    const seen = this.#raw.look();
    if (seen === undefined) return;
    if (isOwn) this.#groups.written();
    this.#watched.see(seen, isOwn);
  }
}
