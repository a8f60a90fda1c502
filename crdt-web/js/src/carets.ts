/**
 * Carets in a text that others have before them too, by presence: cursors that stay where they are. One's own is shown
 * while it is there: while the element has the focus, in a page that is seen.
 */

import { pathOf } from "./editors.ts";
import { type Named, isNamed } from "./presence.ts";
import type { JsonValue, Places, TextEditor, Unsubscribe } from "./types.ts";
import { report } from "./watched.ts";

/** What somebody else has selected in a text, in code units of what the element has. */
export interface Caret {
  readonly author: string;
  /** What else they show. */
  readonly presence: Named;
  readonly start: number;
  /** The same as `start` if nothing is selected. */
  readonly end: number;
}

/** What carets need of a document, which one in a store has. */
export interface CaretDocument<E> {
  cursor(of: (editor: E) => Places, position: number, side?: "left" | "right"): Promise<string | undefined>;
  positionOf(of: (editor: E) => Places, cursor: string): Promise<number | undefined>;
  showCaret(field: object, caret: JsonValue | undefined, besides?: Named): void;
  others(callback: (author: string, presence: JsonValue | undefined) => void): Unsubscribe;
}

/** How carets are shown. */
export interface CaretOptions {
  /**
   * What is shown of oneself besides, such as a name, once the element has had the focus. What the document is told
   * to `show` comes first.
   */
  readonly presence?: Named;
  /** Told where all others are that have a caret in the text, whenever that changes. */
  readonly onOthers: (carets: readonly Caret[]) => void;
}

/** What the binding of an element knows. */
export interface Bound {
  readonly part: TextEditor | undefined;
  /** Whether the caret is in it, where one sees it. */
  readonly isActive: boolean;
  /** What is selected, in positions of the document; `undefined` while these are not known. */
  selection(): { start: number; end: number } | undefined;
  /** Where something between positions of the document is in the element. */
  shown(start: number, end: number): { start: number; end: number };
  /** Raised whenever that changes. */
  readonly version: number;
}

/** Where a caret is, as it is shown: the path of the text, and cursors in it. */
interface Shown {
  readonly text: string;
  readonly start: string;
  readonly end: string;
}

export class Carets<E> {
  readonly #document: CaretDocument<E>;
  readonly #options: CaretOptions;
  readonly #bound: Bound;
  readonly #others = new Map<string, { presence: Caret["presence"]; caret: Shown }>();
  readonly #unsubscribe: Unsubscribe;
  #isOver = false;
  /** Whether the caret may be shown here. */
  #isShown = false;
  readonly #follow = coalesced(() => this.#tell());
  readonly #show = coalesced(() => this.#showOwn());

  constructor(document: CaretDocument<E>, options: CaretOptions, bound: Bound) {
    this.#document = document;
    this.#options = options;
    this.#bound = bound;
    this.#unsubscribe = document.others((author, presence) => this.#heard(author, presence));
  }

  /** The text has changed, and carets with it. */
  changed(): void {
    if (this.#others.size > 0) this.#follow();
  }

  /** The selection has, or whether the caret is there. */
  selected(): void {
    if (this.#bound.isActive) this.#show();
    else this.#leave();
  }

  end(): void {
    this.#isOver = true;
    this.#unsubscribe();
    this.#leave();
  }

  /** The caret is here no more. */
  #leave(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#tellOwn(undefined);
  }

  #tellOwn(caret: JsonValue | undefined): void {
    this.#document.showCaret(this, caret, this.#options.presence);
  }

  #heard(author: string, presence: JsonValue | undefined): void {
    const caret = caretOf(presence);
    if (caret === undefined) this.#others.delete(author);
    else this.#others.set(author, caret);
    this.#follow();
  }

  async #showOwn(): Promise<void> {
    const { part } = this.#bound;
    const selection = this.#bound.selection();
    if (part === undefined || selection === undefined || this.#isOver) return;
    const { version } = this.#bound;
    const { start, end } = selection;
    // Of a document that is closed there are none.
    const cursor = (position: number, side: "left" | "right") =>
      this.#document.cursor(() => part, position, side).catch(() => undefined);
    // What others insert at the ends of what is selected does not become part of it.
    const cursors = await Promise.all([cursor(start, start === end ? "left" : "right"), cursor(end, "left")]);
    const [from, to] = cursors;
    const text = pathOf(part);
    if (version !== this.#bound.version) return this.#show();
    if (from === undefined || to === undefined || text === undefined) return;
    if (this.#isOver || !this.#bound.isActive) return;
    this.#isShown = true;
    this.#tellOwn({ text, start: from, end: to });
  }

  async #tell(): Promise<void> {
    const { part } = this.#bound;
    if (part === undefined || this.#isOver) return;
    const path = pathOf(part);
    const { version } = this.#bound;
    const here = [...this.#others].filter(([, { caret }]) => caret.text === path);
    // What others show may be no cursor at all.
    const positionOf = (cursor: string) => this.#document.positionOf(() => part, cursor).catch(() => undefined);
    const found = here.map(async ([author, { presence, caret }]) => {
      const [start, end] = await Promise.all([positionOf(caret.start), positionOf(caret.end)]);
      return { author, presence, start, end };
    });
    const all = await Promise.all(found);
    if (this.#isOver) return;
    if (version !== this.#bound.version) return this.#follow();
    const carets = all.flatMap(({ start, end, ...who }) => {
      if (start === undefined || end === undefined) return [];
      return [{ ...who, ...this.#bound.shown(start, Math.max(start, end)) }];
    });
    this.#options.onOthers(carets);
  }
}

/** What others show can be anything. */
function caretOf(presence: JsonValue | undefined): { presence: Caret["presence"]; caret: Shown } | undefined {
  if (!isNamed(presence)) return undefined;
  const { caret, ...besides } = presence;
  if (!isNamed(caret)) return undefined;
  const { text, start, end } = caret;
  if (typeof text !== "string" || typeof start !== "string" || typeof end !== "string") return undefined;
  return { presence: besides, caret: { text, start, end } };
}

/** Does some work when it is asked for, and once more if it is while that goes on. */
function coalesced(work: () => Promise<void>): () => void {
  let [isRunning, isAsked] = [false, false];
  const run = async () => {
    isRunning = true;
    while (isAsked) {
      isAsked = false;
      await work().catch(report);
    }
    isRunning = false;
  };
  return () => {
    isAsked = true;
    if (!isRunning) void run();
  };
}
