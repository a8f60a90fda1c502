/** The value of a document, kept up to date by what changes, and who is told. */

import { advance } from "./deltas.ts";
import { pathOf, root, valueOf } from "./editors.ts";
import { deltaAt } from "./part.ts";
import { partsOf, pointer } from "./pointer.ts";
import type { RawEdits, RawSeen } from "./raw.ts";
import type { Schema } from "./schema.ts";
import type * as types from "./types.ts";
import { decode } from "./values.ts";

export class Watched<V, E, D> {
  readonly schema: Schema;
  readonly edits: RawEdits;
  /** The editor of the whole. */
  readonly editor: E;
  readonly #callbacks = new Set<(seen: types.Seen<V, D>) => void>();
  #value: V | undefined;

  /** Its value is there once it is [read](read), which is when the document can be. */
  constructor(schema: Schema, edits: RawEdits) {
    this.schema = schema;
    this.edits = edits;
    this.editor = root(schema, edits) as E;
  }

  get value(): V {
    return this.#value as V;
  }

  /** Reads all of it anew. */
  read(): void {
    this.#value = decode(this.schema, this.schema.root, this.edits.get("")) as V;
  }

  /** The value of a part, as it is now. */
  part<N>(of: (editor: E) => types.Editor<N> | null | undefined): N | undefined {
    const edited = of(this.editor);
    return edited === null || edited === undefined ? undefined : valueOf(edited);
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
    const edited = of(this.editor);
    const path = pathOf(edited);
    if (edited === null || edited === undefined || path === undefined) throw new Error("there is no such part");
    const steps = partsOf(path);
    const positionOf = (steps: readonly string[], step: string) => this.edits.positionOf(pointer(steps), step);
    const part = { schema: this.schema, steps, positionOf };
    return this.subscribe(({ delta }) => {
      const change = delta === null ? null : deltaAt(part, delta);
      if (change === undefined) return;
      callback({ value: valueOf(edited), delta: change as P | null });
    });
  }

  cursor(of: (editor: E) => types.Places, position: number, side: "left" | "right"): string | undefined {
    const path = pathOf(of(this.editor));
    return path === undefined ? undefined : this.edits.cursor(path, position, side === "left");
  }

  positionOf(of: (editor: E) => types.Places, cursor: string): number | undefined {
    const path = pathOf(of(this.editor));
    return path === undefined ? undefined : this.edits.resolve(path, cursor);
  }

  /** Brings the value up to date, and tells everybody. */
  see(seen: RawSeen): void {
    let delta: D | null = null;
    if (seen === true) {
      this.read();
    } else {
      const step = advance(this.schema, this.schema.root, this.#value, seen.delta);
      delta = step.delta as D;
      this.#value = step.value as V;
    }
    for (const callback of [...this.#callbacks]) callback({ value: this.value, delta });
  }

  end(): void {
    this.#callbacks.clear();
  }
}
