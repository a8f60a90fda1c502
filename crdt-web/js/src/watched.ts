/** The value of a document, kept up to date by what changes, and who is told. */

import { asPosition, asText } from "./checks.ts";
import { advance } from "./deltas.ts";
import { isHeld, isText, pathOfPart, root, valueOf } from "./editors.ts";
import { deltaAt, ofEntry } from "./part.ts";
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
  /** What is still to be told: a callback that writes has that told when all know what came before it. */
  readonly #untold: types.Seen<V, D>[] = [];
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

  subscribe(callback: (seen: types.Seen<V, D>) => void): types.Unsubscribe {
    const own = (seen: types.Seen<V, D>) => callback(seen);
    this.#callbacks.add(own);
    return () => {
      this.#callbacks.delete(own);
    };
  }

  subscribeTo<N, P>(
    of: (editor: E) => types.Editor<N, P> | null | undefined,
    callback: (seen: types.Seen<N | undefined, P>) => void,
  ): types.Unsubscribe {
    const edited = of(this.editor);
    const path = pathOfPart(edited);
    if (edited === null || edited === undefined || path === undefined) throw new Error("there is no such part");
    const steps = partsOf(path);
    const own = (change: unknown) => {
      if (isHeld(edited)) return change === null ? null : ofEntry(change);
      // In JSON, what changed of a text says that it is one.
      return isText(edited) && !Array.isArray(change) ? textOf(change) : change;
    };
    const positionOf = (steps: readonly string[], step: string) => this.edits.positionOf(pointer(steps), step);
    const part = { schema: this.schema, steps, positionOf };
    return this.subscribe(({ delta, isOwn }) => {
      const change = delta === null ? null : deltaAt(part, delta);
      if (change === undefined) return;
      callback({ value: valueOf(edited), delta: own(change) as P | null, isOwn });
    });
  }

  cursor(of: (editor: E) => types.Places, position: number, side: "left" | "right"): string | undefined {
    const path = pathOfPart(of(this.editor));
    return path === undefined ? undefined : this.edits.cursor(path, asPosition(position), side === "left");
  }

  positionOf(of: (editor: E) => types.Places, cursor: string): number | undefined {
    const path = pathOfPart(of(this.editor));
    return path === undefined ? undefined : this.edits.resolve(path, asText(cursor));
  }

  /** Brings the value up to date, and tells everybody. */
  see(seen: RawSeen, isOwn: boolean): void {
    const delta = seen === true ? null : this.#follow(seen.delta);
    if (delta === null) this.read();
    this.#untold.push({ value: this.value, delta, isOwn });
    if (this.#untold.length === 1) this.#tell();
  }

  /** The delta, once the value has what it says; `null` if that cannot be, where somebody has written to the value. */
  #follow(raw: unknown): D | null {
    try {
      const step = advance(this.schema, this.schema.root, this.#value, raw);
      this.#value = step.value as V;
      return step.delta as D;
    } catch {
      return null;
    }
  }

  #tell(): void {
    for (let seen = this.#untold[0]; seen !== undefined; seen = this.#untold[0]) {
      called(this.#callbacks, (callback) => callback(seen));
      this.#untold.shift();
    }
  }

  end(): void {
    this.#callbacks.clear();
  }
}

/** Has all of them be called. One that throws does not keep the others from that, nor makes what was written fail. */
export function called<C>(callbacks: Iterable<C>, call: (callback: C) => void): void {
  for (const callback of [...callbacks]) {
    try {
      call(callback);
    } catch (error) {
      report(error);
    }
  }
}

/** What changed in a text of JSON; `null` if something else is or was there. */
function textOf(change: unknown): unknown {
  return (change as { text?: unknown } | null)?.text ?? null;
}

/** Has an error be one that nobody has caught. */
export function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
