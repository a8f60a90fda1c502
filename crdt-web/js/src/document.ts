/** Documents of a type that a schema says, in memory. */

import { asBytes, asPosition, asSaid, asText } from "./checks.ts";
import { Groups } from "./groups.ts";
import { Life } from "./life.ts";
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
  readonly id: string;
  readonly author: string;
  readonly #raw: RawDocument;
  readonly #watched: Watched<V, E, D>;
  readonly #groups = new Groups();
  readonly #life = new Life("document");
  /** How many calls are under way, within each other. */
  #calls = 0;

  constructor(schema: Schema, raw: RawDocument) {
    this.#raw = raw;
    this.id = raw.id;
    this.author = raw.author;
    this.#watched = new Watched<V, E, D>(schema, raw.edits());
    this.#raw.look();
    this.#watched.read();
  }

  get value(): V {
    return this.#watched.value;
  }

  read<N>(of: (editor: E) => types.Editor<N> | null | undefined): N | undefined {
    return this.#call(() => this.#watched.part(of));
  }

  change(edit: (editor: E) => void, options: types.WriteOptions = {}): void {
    const [message, time] = asSaid(options);
    this.#call((raw) => {
      const joins = this.#groups.joins(options.group);
      raw.change(() => edit(this.#watched.editor), message, time, joins);
      this.#look(true);
    });
  }

  update(value: V): void {
    const { schema } = this.#watched;
    const encoded = encode(schema, schema.root, value);
    this.#call((raw) => {
      this.#groups.begin();
      raw.update(encoded);
      this.#look(true);
    });
  }

  subscribe(callback: (seen: types.Seen<V, D>) => void): types.Unsubscribe {
    return this.#watched.subscribe(callback);
  }

  subscribeTo<N, P>(
    of: (editor: E) => types.Editor<N, P> | null | undefined,
    callback: (seen: types.Seen<N | undefined, P>) => void,
  ): types.Unsubscribe {
    return this.#call(() => this.#watched.subscribeTo(of, callback));
  }

  cursor(of: (editor: E) => types.Places, position: number, side: "left" | "right" = "left"): string | undefined {
    return this.#call(() => this.#watched.cursor(of, position, side));
  }

  positionOf(of: (editor: E) => types.Places, cursor: string): number | undefined {
    return this.#call(() => this.#watched.positionOf(of, cursor));
  }

  undo(): boolean {
    return this.#turn((raw) => raw.undo());
  }

  redo(): boolean {
    return this.#turn((raw) => raw.redo());
  }

  heads(): string[] {
    return this.#call((raw) => raw.heads());
  }

  log(most: number = ALL): types.LogEntry[] {
    return this.#call((raw) => raw.log(asPosition(most)));
  }

  apply(bytes: Uint8Array): void {
    this.#call((raw) => {
      raw.apply(asBytes(bytes));
      this.#look(false);
    });
  }

  export(heads: readonly string[] = []): Uint8Array {
    return this.#call((raw) => raw.export(heads.map((head) => asText(head, "a head"))));
  }

  save(): Uint8Array {
    return this.#call((raw) => raw.save());
  }

  /** In the middle of a call that is done to its end first. */
  [Symbol.dispose](): void {
    if (this.#life.isOver) return;
    this.#life.end();
    this.#watched.end();
    if (this.#calls === 0) this.#free();
  }

  #free(): void {
    this.#watched.edits.free();
    this.#raw.free();
  }

  /** Does something with the other side, as long as it is not closed. */
  #call<R>(work: (raw: RawDocument) => R): R {
    this.#life.check();
    this.#calls += 1;
    try {
      return work(this.#raw);
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0 && this.#life.isOver) this.#free();
    }
  }

  #turn(work: (raw: RawDocument) => boolean): boolean {
    return this.#call((raw) => {
      this.#groups.begin();
      const done = work(raw);
      this.#look(true);
      return done;
    });
  }

  #look(isOwn: boolean): void {
    const seen = this.#raw.look();
    if (seen === undefined) return;
    if (isOwn) this.#groups.written();
    this.#watched.see(seen, isOwn);
  }
}
