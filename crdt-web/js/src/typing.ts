/**
 * What of what is typed is undone together: a word, as long as it is typed without a pause and at one place. What is
 * deleted is not undone with what is typed, and what comes at once, as what is pasted does, is undone by itself.
 */

import { moved, replacements, type Replacement } from "./text_delta.ts";
import type { TextDelta } from "./types.ts";

/** In milliseconds, what is a pause. */
const PAUSE = 500;

export class Typing {
  /** Of what was typed last. */
  group: object = {};
  /** What that was, where the caret was left by it, and when. */
  #last: { readonly typed: Replacement; at: number; readonly time: number } | undefined;

  /** Something is typed, at one place. */
  typed(delta: TextDelta, time: number): void {
    const [typed] = replacements(delta);
    if (typed === undefined) return;
    if (!this.#goesOn(typed, time)) this.group = {};
    this.#last = { typed, at: typed.start + typed.text.length, time };
  }

  /** What is typed next is undone by itself. */
  end(): void {
    this.#last = undefined;
  }

  /** Others wrote in the text. */
  come(delta: TextDelta): void {
    if (this.#last !== undefined) this.#last.at = moved(this.#last.at, delta, "before");
  }

  #goesOn({ start, end, text }: Replacement, time: number): boolean {
    const last = this.#last;
    if (last === undefined || time - last.time > PAUSE) return false;
    const before = last.typed.text;
    // Deleting goes on to either side.
    if (text === "") return before === "" && (start === last.at || end === last.at);
    const isInWord = !/\s$/.test(before) || /^\s/.test(text);
    return start === end && start === last.at && isKey(before) && isKey(text) && isInWord;
  }
}

/** Whether it is what a key types. */
function isKey(text: string): boolean {
  return [...text].length === 1;
}
