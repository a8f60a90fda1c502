/** Who is in a document: what is shown of oneself, and who else is there. */

import type { JsonValue, Unsubscribe } from "./types.ts";
import { called } from "./watched.ts";

/** What is shown with names. */
export interface Named {
  readonly [name: string]: JsonValue;
}

/** What is shown of oneself: what the app says, and what a field adds to that. */
interface Own {
  /** What the app says; `undefined` as long as it has said nothing. */
  readonly said?: JsonValue | undefined;
  readonly isHidden: boolean;
  /** The field that had the caret last, what it shows besides, and the caret if it has it still. */
  readonly field?: { readonly of: object; readonly besides: Named; readonly caret: JsonValue | undefined };
}

/** What is shown of oneself. What the app says and where the caret is are kept apart, and shown together. */
export class Presence {
  readonly #show: (presence: JsonValue | undefined) => void;
  #own: Own = { isHidden: false };

  /** Given what shows something to others, or that one has left. */
  constructor(show: (presence: JsonValue | undefined) => void) {
    this.#show = show;
  }

  say(said: JsonValue): void {
    this.#become({ ...this.#own, said, isHidden: false });
  }

  /** Nothing is shown any more until something is said again. */
  hide(): void {
    this.#become({ ...this.#own, isHidden: true });
  }

  /** A field has the caret, or has it no more. Who has not is not heard where another one has. */
  caret(of: object, caret: JsonValue | undefined, besides: Named): void {
    if (caret === undefined && this.#own.field?.of !== of) return;
    this.#become({ ...this.#own, field: { of, besides, caret } });
  }

  /** What cannot be shown changes nothing. */
  #become(own: Own): void {
    this.#show(shown(own));
    this.#own = own;
  }
}

function shown({ said, isHidden, field }: Own): JsonValue | undefined {
  if (isHidden) return undefined;
  const named = said === undefined ? {} : said;
  // Beside what has no names there is no place for a caret.
  if (field === undefined || !isNamed(named)) return said;
  const all = { ...field.besides, ...named, ...(field.caret === undefined ? {} : { caret: field.caret }) };
  return said === undefined && Object.keys(all).length === 0 ? undefined : all;
}

/** Whether something has names, which not everything has that others show. */
export function isNamed(shown: JsonValue | undefined): shown is Named {
  return shown !== null && typeof shown === "object" && !Array.isArray(shown);
}

/** Is told of somebody else what they show, or that they have left. */
export type Hear = (author: string, presence: JsonValue | undefined) => void;

/** Who else is there: however many want to know, it is asked for once. */
export class Others {
  readonly #begin: (hear: Hear) => void;
  readonly #hears = new Set<Hear>();
  /** Once somebody wants to know. */
  #there: Map<string, JsonValue> | undefined;

  constructor(begin: (hear: Hear) => void) {
    this.#begin = begin;
  }

  /** Tells soon who is there, and from then on what changes, until the function that it returns is called. */
  subscribe(callback: Hear): Unsubscribe {
    const there = this.#there ?? new Map<string, JsonValue>();
    if (this.#there === undefined) this.#begin(this.#heard);
    this.#there = there;
    const own: Hear = (author, presence) => callback(author, presence);
    let isOver = false;
    queueMicrotask(() => {
      if (isOver) return;
      this.#hears.add(own);
      for (const [author, presence] of there) called([own], (hear) => hear(author, presence));
    });
    return () => {
      isOver = true;
      this.#hears.delete(own);
    };
  }

  end(): void {
    this.#hears.clear();
  }

  readonly #heard: Hear = (author, presence) => {
    if (presence === undefined) this.#there?.delete(author);
    else this.#there?.set(author, presence);
    called(this.#hears, (hear) => hear(author, presence));
  };
}
