/**
 * A `<textarea>` or `<input>` that shows a text of a document, and edits it.
 *
 * What is typed becomes one replacement in the text. What others write appears, by its delta, and the
 * selection stays where it is between the characters. While a character is being composed (IME)
 * nothing is put into the element: what comes meanwhile waits until that is done.
 */

import type { TextDelta, TextEditor, TypedDocument } from "./types.ts";

/** What a binding needs of an element. */
export type TextField = Pick<
  HTMLTextAreaElement | HTMLInputElement,
  "value" | "selectionStart" | "selectionEnd" | "setSelectionRange" | "addEventListener" | "removeEventListener"
>;

/** Has an element show a text and edit it, until the function that it returns is called. */
export function bindText<V, E, D>(
  field: TextField,
  document: TypedDocument<V, E, D>,
  of: (editor: E) => TextEditor | null | undefined,
): () => void {
  const binding = new Binding(field, document, of);
  return () => binding.end();
}

class Binding<V, E, D> {
  readonly #field: TextField;
  readonly #write: (start: number, end: number, text: string) => void;
  readonly #unsubscribe: () => void;
  /** What the element had when it was last the same as the text was. */
  #shown = "";
  /** What the text is. */
  #text = "";
  /** What came since then. */
  #came: TextDelta[] = [];
  #isComposing = false;
  /** Whether what changes is what was typed, which the element has. */
  #isWriting = false;

  constructor(field: TextField, document: TypedDocument<V, E, D>, of: (editor: E) => TextEditor | null | undefined) {
    this.#field = field;
    this.#write = (start, end, text) => document.change((editor) => of(editor)?.replace(start, end, text));
    this.#unsubscribe = document.subscribeTo(of, ({ value, delta }) => this.#changed(value ?? "", delta));
    this.#text = document.read(of) ?? "";
    field.value = this.#shown = this.#text;
    field.addEventListener("input", this.#typed);
    field.addEventListener("compositionstart", this.#composes);
    field.addEventListener("compositionend", this.#composed);
  }

  end(): void {
    this.#unsubscribe();
    this.#field.removeEventListener("input", this.#typed);
    this.#field.removeEventListener("compositionstart", this.#composes);
    this.#field.removeEventListener("compositionend", this.#composed);
  }

  readonly #composes = (): void => {
    this.#isComposing = true;
  };

  readonly #composed = (): void => {
    this.#isComposing = false;
    this.#typed();
  };

  /** Writes what differs in the element since it was last the same as the text. */
  readonly #typed = (): void => {
    if (this.#isComposing) return;
    const typed = difference(this.#shown, this.#field.value, this.#field.selectionEnd ?? 0);
    const [start, end] = [this.#now(typed.start), this.#now(typed.end)];
    // From here on the element has what was typed, at least.
    this.#shown = this.#field.value;
    if (this.#came.length > 0) this.#field.setSelectionRange(start + typed.text.length, start + typed.text.length);
    this.#came = [];
    if (start !== end || typed.text !== "") {
      this.#isWriting = true;
      try {
        this.#write(start, end, typed.text);
      } finally {
        this.#isWriting = false;
      }
    }
    this.#show();
  };

  #changed(text: string, delta: TextDelta | null): void {
    this.#text = text;
    if (this.#isWriting) return;
    this.#came.push(delta ?? [{ delete: this.#shown.length }, { insert: text }]);
    if (!this.#isComposing) this.#show();
  }

  /** Has the element show the text. */
  #show(): void {
    const { value, selectionStart, selectionEnd } = this.#field;
    if (value !== this.#text) {
      this.#field.value = this.#text;
      this.#field.setSelectionRange(this.#now(selectionStart ?? 0), this.#now(selectionEnd ?? 0));
    }
    this.#shown = this.#text;
    this.#came = [];
  }

  /** Where a position is now, after what came. */
  #now(position: number): number {
    return this.#came.reduce(moved, position);
  }
}

/** Where a position is after a delta. What is inserted there comes to stand behind it. */
export function moved(position: number, delta: TextDelta): number {
  let [before, after] = [0, 0];
  for (const run of delta) {
    if (before >= position && !("delete" in run)) break;
    if ("insert" in run) after += run.insert.length;
    else if ("retain" in run) [before, after] = [before + run.retain, after + run.retain];
    else [before, position] = [before, position - Math.min(run.delete, Math.max(0, position - before))];
  }
  return after + (position - before);
}

/** What was replaced in a text by what, given where the caret is behind it. */
export function difference(before: string, after: string, caret: number): { start: number; end: number; text: string } {
  const most = Math.min(before.length, after.length);
  // What is behind the caret was not typed: of `aa` after `a` it tells which one is new.
  let tail = 0;
  const behind = Math.min(most, after.length - caret);
  while (tail < behind && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  let start = 0;
  while (start < most - tail && before[start] === after[start]) start += 1;
  while (tail < most - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  // No half of a character is replaced.
  if (isLow(before, start) || isLow(after, start)) start -= 1;
  if (isLow(before, before.length - tail) || isLow(after, after.length - tail)) tail -= 1;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

/** Whether a code unit is the second one of a character. */
function isLow(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
