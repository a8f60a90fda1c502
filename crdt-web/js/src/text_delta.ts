/**
 * Arithmetic of text deltas: one after the other, one over another one, and positions under them.
 *
 * What is made here has no empty runs, no neighbours that could be one, inserts before deletes where
 * they meet, and ends with what it changes.
 */

import type { TextDelta, TextRun } from "./types.ts";

/** The text after a delta. */
export function applied(text: string, delta: TextDelta): string {
  let [at, after] = [0, ""];
  for (const run of delta) {
    if ("insert" in run) after += run.insert;
    else if ("retain" in run) after += text.slice(at, (at += run.retain));
    else at += run.delete;
  }
  return after + text.slice(at);
}

/** One delta that does what two do one after the other. */
export function composed(first: TextDelta, then: TextDelta): TextDelta {
  const [below, above] = [new Runs(first), new Runs(then)];
  const made = new Made();
  while (!below.isOver || !above.isOver) {
    if ("insert" in above.next) {
      made.insert(above.inserted());
    } else if ("delete" in below.next) {
      made.delete(below.take(below.left));
    } else {
      const count = Math.min(below.left, above.left);
      const isDeleted = "delete" in above.next;
      above.take(count);
      if ("insert" in below.next) {
        const inserted = below.inserted(count);
        if (!isDeleted) made.insert(inserted);
      } else {
        below.take(count);
        if (isDeleted) made.delete(count);
        else made.retain(count);
      }
    }
  }
  return made.delta;
}

/**
 * What a delta is after another one that it did not know of. Of what both insert at one position, it stands
 * before that of the other one, or behind it.
 */
export function rebased(delta: TextDelta, over: TextDelta, stands: "before" | "behind"): TextDelta {
  const [own, other] = [new Runs(delta), new Runs(over)];
  const made = new Made();
  while (!own.isOver) {
    if ("insert" in own.next && (stands === "before" || !("insert" in other.next))) {
      made.insert(own.inserted());
    } else if ("insert" in other.next) {
      made.retain(other.inserted().length);
    } else {
      const count = Math.min(own.left, other.left);
      const isKept = !("delete" in other.next);
      const isDeleted = "delete" in own.next;
      own.take(count);
      other.take(count);
      if (isKept && isDeleted) made.delete(count);
      else if (isKept) made.retain(count);
    }
  }
  return made.delta;
}

/** Where a position is after a delta, if it stands before what is inserted there, or behind it. */
export function moved(position: number, delta: TextDelta, stands: "before" | "behind"): number {
  let [before, after] = [0, 0];
  for (const run of delta) {
    const isPassed = before > position || (before === position && ("retain" in run || stands === "before"));
    if (isPassed && !("delete" in run)) break;
    if ("insert" in run) after += run.insert.length;
    else if ("retain" in run) [before, after] = [before + run.retain, after + run.retain];
    else position -= Math.min(run.delete, Math.max(0, position - before));
  }
  return after + (position - before);
}

/** Where what is selected is after a delta. What is inserted at its ends does not become part of it. */
export function movedRange(start: number, end: number, delta: TextDelta): { start: number; end: number } {
  const to = moved(end, delta, "before");
  return { start: Math.min(to, moved(start, delta, start === end ? "before" : "behind")), end: to };
}

/** What was replaced in a text by what, given where the caret is behind it. */
export function difference(before: string, after: string, caret: number): TextDelta {
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
  const made = new Made();
  made.retain(start);
  made.insert(after.slice(start, after.length - tail));
  made.delete(before.length - tail - start);
  return made.delta;
}

/** What is replaced by what. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a delta replaces by what, in positions of the text before it. */
export function replacements(delta: TextDelta): Replacement[] {
  const all: Replacement[] = [];
  let at = 0;
  let text = "";
  for (const run of delta) {
    if ("retain" in run) {
      if (text !== "") all.push({ start: at, end: at, text });
      [at, text] = [at + run.retain, ""];
    } else if ("insert" in run) {
      text = run.insert;
    } else {
      all.push({ start: at, end: at + run.delete, text });
      [at, text] = [at + run.delete, ""];
    }
  }
  if (text !== "") all.push({ start: at, end: at, text });
  return all;
}

/** Whether a code unit is the second one of a character. */
function isLow(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** The runs of a delta, as much of them at a time as is asked for. All that is behind them is retained. */
class Runs {
  readonly #runs: readonly TextRun[];
  #at = 0;
  #taken = 0;

  constructor(delta: TextDelta) {
    this.#runs = delta;
  }

  get isOver(): boolean {
    return this.#at >= this.#runs.length;
  }

  get next(): TextRun {
    return this.#runs[this.#at] ?? { retain: Infinity };
  }

  /** How much is left of the next one. */
  get left(): number {
    const run = this.next;
    const whole = "insert" in run ? run.insert.length : "delete" in run ? run.delete : run.retain;
    return whole - this.#taken;
  }

  take(count: number): number {
    this.#taken += count;
    if (!this.isOver && this.left === 0) [this.#at, this.#taken] = [this.#at + 1, 0];
    return count;
  }

  /** What the next one inserts. */
  inserted(count = this.left): string {
    const run = this.next;
    const text = "insert" in run ? run.insert.slice(this.#taken, this.#taken + count) : "";
    this.take(count);
    return text;
  }
}

/** A delta that is made run by run. */
class Made {
  readonly #runs: TextRun[] = [];
  /** What is retained next, unless nothing comes behind it. */
  #retained = 0;

  get delta(): TextDelta {
    return this.#runs;
  }

  retain(count: number): void {
    this.#retained += count;
  }

  insert(text: string): void {
    if (text === "") return;
    this.#flush();
    const last = this.#runs.at(-1);
    const isDelete = last !== undefined && "delete" in last;
    const at = this.#runs.length - (isDelete ? 1 : 0);
    const before = this.#runs[at - 1];
    if (before !== undefined && "insert" in before) this.#runs[at - 1] = { insert: before.insert + text };
    else this.#runs.splice(at, 0, { insert: text });
  }

  delete(count: number): void {
    if (count === 0) return;
    this.#flush();
    const last = this.#runs.at(-1);
    if (last !== undefined && "delete" in last) this.#runs[this.#runs.length - 1] = { delete: last.delete + count };
    else this.#runs.push({ delete: count });
  }

  #flush(): void {
    if (this.#retained > 0) this.#runs.push({ retain: this.#retained });
    this.#retained = 0;
  }
}
