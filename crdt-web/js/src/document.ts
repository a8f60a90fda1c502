/** Documents of a type that a schema says. */

import { advance } from "./deltas.ts";
import { pathOf, root, valueOf } from "./editors.ts";
import { deltaAt } from "./part.ts";
import { partsOf, pointer } from "./pointer.ts";
import type { RawDocument, RawType } from "./raw.ts";
import type { Schema } from "./schema.ts";
import type * as types from "./types.ts";
import { decode, encode } from "./values.ts";

/** The class of documents of a type, given what WebAssembly exports for it. */
export function documentType<V, E, D>(schema: Schema, type: () => RawType): types.DocumentType<V, E, D> {
  const made = (make: (raw: RawType) => RawDocument) => {
    const raw = type();
    try {
      return new TypedDocument<V, E, D>(schema, make(raw));
    } finally {
      raw.free();
    }
  };
  return {
    create: () => made((raw) => raw.create()),
    load: (bytes) => made((raw) => raw.load(bytes)),
    join: (id) => made((raw) => raw.join(id)),
  };
}

class TypedDocument<V, E, D> implements types.TypedDocument<V, E, D> {
  readonly #schema: Schema;
  readonly #raw: RawDocument;
  readonly #editor: E;
  readonly #callbacks = new Set<(seen: types.Seen<V, D>) => void>();
  #value: V;

  constructor(schema: Schema, raw: RawDocument) {
    this.#schema = schema;
    this.#raw = raw;
    this.#editor = root(schema, raw) as E;
    this.#raw.look();
    this.#value = this.#read();
  }

  get id(): string {
    return this.#raw.id;
  }

  get author(): string {
    return this.#raw.author;
  }

  get value(): V {
    return this.#value;
  }

  read<N>(of: (editor: E) => types.Editor<N> | null | undefined): N | undefined {
    const edited = of(this.#editor);
    return edited === null || edited === undefined ? undefined : valueOf(edited);
  }

  change(edit: (editor: E) => void): void {
    this.#raw.change(() => edit(this.#editor));
    this.#look();
  }

  update(value: V): void {
    this.#raw.update(encode(this.#schema, this.#schema.root, value));
    this.#look();
  }

  subscribe(callback: (seen: types.Seen<V, D>) => void): () => void {
    const own = (seen: types.Seen<V, D>) => callback(seen);
    this.#callbacks.add(own);
    return () => {
      this.#callbacks.delete(own);
    };
  }

  subscribeTo<N, P>(
    of: (editor: E) => types.Editor<N, P> | null | undefined,
    callback: (seen: types.Seen<N | undefined, P>) => void,
  ): () => void {
    const edited = of(this.#editor);
    const path = pathOf(edited);
    if (edited === null || edited === undefined || path === undefined) throw new Error("there is no such part");
    const steps = partsOf(path);
    const positionOf = (steps: readonly string[], step: string) => this.#raw.positionOf(pointer(steps), step);
    const part = { schema: this.#schema, steps, positionOf };
    return this.subscribe(({ delta }) => {
      const change = delta === null ? null : deltaAt(part, delta);
      if (change === undefined) return;
      callback({ value: valueOf(edited), delta: change as P | null });
    });
  }

  cursor(of: (editor: E) => types.Places, position: number, side: "left" | "right" = "left"): string | undefined {
    const path = pathOf(of(this.#editor));
    return path === undefined ? undefined : this.#raw.cursor(path, position, side === "left");
  }

  positionOf(of: (editor: E) => types.Places, cursor: string): number | undefined {
    const path = pathOf(of(this.#editor));
    return path === undefined ? undefined : this.#raw.resolve(path, cursor);
  }

  undo(): boolean {
    return this.#done(this.#raw.undo());
  }

  redo(): boolean {
    return this.#done(this.#raw.redo());
  }

  heads(): string[] {
    return this.#raw.heads();
  }

  apply(bytes: Uint8Array): void {
    this.#raw.apply(bytes);
    this.#look();
  }

  export(heads: readonly string[] = []): Uint8Array {
    return this.#raw.export([...heads]);
  }

  save(): Uint8Array {
    return this.#raw.save();
  }

  [Symbol.dispose](): void {
    this.#callbacks.clear();
    this.#raw.free();
  }

  #read(): V {
    return decode(this.#schema, this.#schema.root, this.#raw.get("")) as V;
  }

  #done(done: boolean): boolean {
    this.#look();
    return done;
  }

  /** Brings the value up to date, and tells everybody. */
  #look(): void {
    const seen = this.#raw.look();
    if (seen === undefined) return;
    let delta: D | null = null;
    if (seen === true) {
      this.#value = this.#read();
    } else {
      const step = advance(this.#schema, this.#schema.root, this.#value, seen.delta);
      delta = step.delta as D;
      this.#value = step.value as V;
    }
    for (const callback of [...this.#callbacks]) callback({ value: this.#value, delta });
  }
}
