/**
 * A `<textarea>` or `<input>` that shows a text of a document, and edits it.
 *
 * The element shows the text as the document has told it, with what was typed and is not told yet: what is
 * being written, and what was typed since. Whatever others write goes below both, by its delta, so
 * that nothing that was typed moves to another place or is lost, however long a change takes, and also
 * if one fails: then it stays in the element, and is written with what is typed next.
 *
 * While a character is being composed (IME) nothing is put into the element and nothing of it is
 * written: what comes meanwhile waits until that is done.
 *
 * What the keys for it undo is what was done in the document last, and not what the element had before: that
 * would be undone by what others wrote.
 */

import { type CaretDocument, type CaretOptions, Carets } from "./carets.ts";
import { valueOf } from "./editors.ts";
import { applied, composed, difference, moved, movedRange, rebased, replacements } from "./text_delta.ts";
import type { Editor, Seen, TextDelta, TextEditor, Unsubscribe, WriteOptions } from "./types.ts";
import { Typing } from "./typing.ts";
import { report } from "./watched.ts";

/** What a binding needs of an element. */
export type TextField = Pick<
  HTMLTextAreaElement | HTMLInputElement,
  | "value"
  | "defaultValue"
  | "type"
  | "form"
  | "readOnly"
  | "disabled"
  | "selectionStart"
  | "selectionEnd"
  | "setSelectionRange"
  | "matches"
  | "addEventListener"
  | "removeEventListener"
>;

/** What a binding needs of a document, be it in memory or in a store. */
export interface TextDocument<E> {
  change(edit: (editor: E) => void, options?: WriteOptions): void | Promise<void>;
  undo(): boolean | Promise<boolean>;
  redo(): boolean | Promise<boolean>;
  subscribeTo(
    of: (editor: E) => Editor<string, TextDelta> | null | undefined,
    callback: (seen: Seen<string | undefined, TextDelta>) => void,
  ): Unsubscribe | Promise<Unsubscribe>;
}

/** How a text is bound. */
export interface BindTextOptions {
  /**
   * Told why what was typed could not be written. It stays in the element, and is written with what
   * is typed next. What nobody is told of is an error that nobody has caught.
   */
  onError?: (error: unknown) => void;
  /**
   * Whether the keys for it undo and redo what was done through the document, which they do unless it is said:
   * in the element they would undo what others wrote. Of what is typed a word is undone at a time, or what was
   * typed without a pause.
   */
  undo?: boolean;
}

/** In which direction to go. */
type Way = "undo" | "redo";

/** How what an element shows ends to be bound. */
const BOUND = new WeakMap<TextField, Unsubscribe>();

/**
 * Has an element show a text and edit it, until the function that it returns is called, or the element is bound
 * again. What was typed until then is still written. With `carets` others are shown where the caret is while the
 * element has the focus, and one is told where theirs are.
 */
export function bindText<E>(
  field: TextField,
  document: TextDocument<E> & CaretDocument<E>,
  of: (editor: E) => TextEditor | null | undefined,
  options: BindTextOptions & { carets: CaretOptions },
): Unsubscribe;
export function bindText<E>(
  field: TextField,
  document: TextDocument<E>,
  of: (editor: E) => TextEditor | null | undefined,
  options?: BindTextOptions,
): Unsubscribe;
export function bindText<E>(
  field: TextField,
  document: TextDocument<E> & Partial<CaretDocument<E>>,
  of: (editor: E) => TextEditor | null | undefined,
  options: BindTextOptions & { carets?: CaretOptions } = {},
): Unsubscribe {
  // Others have no caret, or do not say where it is.
  if (typeof field?.selectionStart !== "number") throw new TypeError(`${BINDABLE}, and not of type ${field?.type}`);
  BOUND.get(field)?.();
  const binding = new Binding(field, document, of, options);
  const { carets } = options;
  if (carets !== undefined) binding.share(new Carets(document as CaretDocument<E>, carets, binding));
  const end = () => binding.end();
  BOUND.set(field, end);
  return end;
}

const BINDABLE = "bind a <textarea>, or an <input> of type text, search, url, tel or password";

/** When the selection of an element may have become another one, or be there no more. */
const SELECTS = ["selectionchange", "select", "keyup", "pointerup", "focus", "blur"];

class Binding<E> {
  readonly #field: TextField;
  readonly #form: TextField["form"];
  readonly #document: TextDocument<E>;
  readonly #onError: (error: unknown) => void;
  #unsubscribe: Unsubscribe = () => {};
  /** The text that is bound, which is the same wherever it moves. */
  #part: TextEditor | undefined;
  /** The text as the document has told it. */
  #text = "";
  /** What the element makes of a text. */
  readonly #plain: Plain;
  /** What is being written, on top of that. */
  #writing: TextDelta = [];
  /** What was typed since, on top of both. */
  #typed: TextDelta = [];
  /** What the element had when it was looked at last. */
  #shown = "";
  /** What it is to show besides, on top of that. */
  #unshown: TextDelta = [];
  #isComposing = false;
  readonly #typing = new Typing();
  /** What is to be undone and redone. */
  readonly #back: Way[] = [];
  /** What has been asked for and is not settled: one thing, and at the end what was typed meanwhile. */
  readonly #asked: (Way | "change")[] = [];
  #isOver = false;
  #carets: Carets<E> | undefined;
  #hasFocus = false;
  /** Raised whenever positions of the document may be elsewhere in the element. */
  version = 0;

  constructor(
    field: TextField,
    document: TextDocument<E>,
    of: (editor: E) => TextEditor | null | undefined,
    options: BindTextOptions,
  ) {
    this.#field = field;
    this.#form = field.form;
    this.#document = document;
    this.#onError = options.onError ?? report;
    this.#plain = plainOf(field);
    field.value = "";
    field.addEventListener("input", this.#input);
    field.addEventListener("compositionstart", this.#composes);
    field.addEventListener("compositionend", this.#composed);
    this.#form?.addEventListener("reset", this.#reset);
    if (options.undo !== false) {
      field.addEventListener("keydown", this.#pressed);
      field.addEventListener("beforeinput", this.#before);
    }
    try {
      this.#begin(of);
    } catch (error) {
      this.#ignore();
      throw error;
    }
  }

  get part(): TextEditor | undefined {
    return this.#part;
  }

  get isActive(): boolean {
    return this.#hasFocus && globalThis.document?.visibilityState !== "hidden";
  }

  selection(): { start: number; end: number } | undefined {
    if (this.#isComposing || this.#writing.length > 0 || this.#typed.length > 0) return undefined;
    const { selectionStart, selectionEnd } = this.#field;
    const at = (position: number | null) => heldAt(this.#text, this.#plain(this.#text), position ?? 0);
    return { start: at(selectionStart), end: at(selectionEnd) };
  }

  shown(start: number, end: number): { start: number; end: number } {
    const at = (position: number) => this.#plain(this.#text.slice(0, position)).length;
    return movedRange(at(start), at(end), composed(this.#writing, this.#typed));
  }

  share(carets: Carets<E>): void {
    this.#carets = carets;
    this.#hasFocus = this.#field.matches(":focus") && globalThis.document?.hasFocus() !== false;
    for (const event of SELECTS) this.#field.addEventListener(event, this.#selected);
    globalThis.document?.addEventListener("visibilitychange", this.#selected);
    this.#carets.selected();
  }

  readonly #selected = (event?: Event): void => {
    if (event?.type === "focus" || event?.type === "blur") this.#hasFocus = event.type === "focus";
    this.#carets?.selected();
  };

  #changed(): void {
    this.version += 1;
    this.#carets?.changed();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isComposing = false;
    this.#input();
    this.#isOver = true;
    this.#ignore();
    this.#carets?.end();
    // The document may be closed next: what is asked for then is too late.
    if (this.#asked.length > 0 && this.#typed.length > 0) this.#askFor("change");
    this.#leave();
  }

  /** Wants to be told nothing more, if all is settled. */
  #leave(): void {
    if (this.#isOver && this.#asked.length === 0) this.#unsubscribe();
  }

  /** Begins to be told, with the text as it is then. */
  #begin(of: (editor: E) => TextEditor | null | undefined): void {
    const begin = (editor: E) => {
      const part = of(editor) ?? undefined;
      if (part === undefined) return part;
      this.#part = part;
      this.#text = asText(valueOf(part));
      this.#come(difference("", this.#plain(this.#text), 0));
      return part;
    };
    const subscribed = this.#document.subscribeTo(begin, this.#told);
    if (!(subscribed instanceof Promise)) {
      this.#unsubscribe = subscribed;
      return;
    }
    const subscribe = (unsubscribe: Unsubscribe) => {
      this.#unsubscribe = unsubscribe;
      // What was typed before the text was there.
      this.#ask();
      this.#selected();
      this.#leave();
    };
    subscribed.then(subscribe, (error: unknown) => {
      this.#ignore();
      this.#onError(error);
    });
  }

  #ignore(): void {
    this.#field.removeEventListener("input", this.#input);
    this.#field.removeEventListener("compositionstart", this.#composes);
    this.#field.removeEventListener("compositionend", this.#composed);
    this.#form?.removeEventListener("reset", this.#reset);
    this.#field.removeEventListener("keydown", this.#pressed);
    this.#field.removeEventListener("beforeinput", this.#before);
    for (const event of SELECTS) this.#field.removeEventListener(event, this.#selected);
    globalThis.document?.removeEventListener("visibilitychange", this.#selected);
  }

  /** Its form is about to give it back what it had at first: that is what it has. */
  readonly #reset = (): void => {
    this.#field.defaultValue = this.#field.value;
  };

  readonly #composes = (): void => {
    this.#isComposing = true;
  };

  readonly #composed = (): void => {
    this.#isComposing = false;
    this.#input();
  };

  /** Takes what differs in the element since it was looked at last. */
  readonly #input = (): void => {
    if (this.#isComposing) return;
    const { value, selectionEnd } = this.#field;
    const typed = difference(this.#shown, value, selectionEnd ?? value.length);
    this.#shown = value;
    this.#typing.typed(typed, performance.now());
    this.#typed = composed(this.#typed, rebased(typed, this.#unshown, "before"));
    this.#unshown = rebased(this.#unshown, typed, "behind");
    this.#show();
    this.#changed();
    this.#ask();
  };

  readonly #pressed = (event: Event): void => this.#goBack(event, wayOfKey(event as KeyboardEvent));

  /** Where it is asked for without a key, as in a menu. */
  readonly #before = (event: Event): void => this.#goBack(event, WAYS[(event as InputEvent).inputType]);

  #goBack(event: Event, way: Way | undefined): void {
    const { readOnly, disabled } = this.#field;
    if (way === undefined || event.defaultPrevented || readOnly || disabled) return;
    event.preventDefault();
    if (this.#isComposing) return;
    this.#typing.end();
    this.#back.push(way);
    this.#ask();
  }

  /** What the document tells: what was being written, or what came otherwise. */
  readonly #told = ({ value, delta, isOwn }: Seen<string | undefined, TextDelta>): void => {
    const held = this.#text;
    this.#text = delta === null ? asText(value) : applied(held, delta);
    const [before, after] = [this.#plain(held), this.#plain(this.#text)];
    const written = this.#writing;
    this.#writing = [];
    if (isOwn && written.length > 0) {
      // Nothing else is in it, but for what a text cannot hold.
      const expected = applied(before, written);
      this.#come(expected === after ? [] : difference(expected, after, 0));
    } else {
      // If something was being written, it was not.
      this.#typed = composed(written, this.#typed);
      const isPlain = before === held && after === this.#text;
      const come = this.#come(isPlain && delta !== null ? delta : difference(before, after, 0));
      if (isOwn && this.#asked[0] !== "change") this.#point(come);
    }
    this.#ask();
  };

  /** Puts what others wrote below what was typed. Gives what that does to the element. */
  #come(delta: TextDelta): TextDelta {
    const behind = rebased(delta, this.#typed, "behind");
    this.#typed = rebased(this.#typed, delta, "before");
    this.#unshown = composed(this.#unshown, behind);
    if (!this.#isComposing) this.#show();
    this.#changed();
    return behind;
  }

  /** Has the caret be where something was undone. */
  #point(undone: TextDelta): void {
    const last = replacements(undone).at(-1);
    if (this.#asked.length === 0 || this.#isComposing || last === undefined) return;
    const at = moved(last.end, undone, "behind");
    this.#field.setSelectionRange(at, at);
  }

  #show(): void {
    if (this.#unshown.length === 0 || this.#isOver) return;
    const { selectionStart, selectionEnd } = this.#field;
    this.#typing.come(this.#unshown);
    this.#shown = applied(this.#shown, this.#unshown);
    this.#field.value = this.#shown;
    const { start, end } = movedRange(selectionStart ?? 0, selectionEnd ?? 0, this.#unshown);
    this.#field.setSelectionRange(start, end);
    this.#unshown = [];
  }

  /**
   * Asks for a change, which writes whatever has been typed when its turn comes, or else for what is to be
   * undone.
   */
  #ask(): void {
    if (this.#asked.length > 0 || this.#part === undefined) return;
    const way = this.#typed.length > 0 ? "change" : this.#back.shift();
    if (way !== undefined) this.#askFor(way);
  }

  #askFor(way: Way | "change"): void {
    this.#asked.push(way);
    let asked: unknown;
    try {
      const { group } = this.#typing;
      asked = way === "change" ? this.#document.change(() => this.#write(), { isAlone: true, group }) : this.#document[way]();
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (!(asked instanceof Promise)) return this.#settled();
    asked.then(() => this.#settled(), (error: unknown) => this.#failed(error));
  }

  #write(): void {
    const part = this.#part;
    if (part === undefined) return;
    this.#writing = composed(this.#writing, this.#typed);
    this.#typed = [];
    const at = (position: number) => heldAt(this.#text, this.#plain(this.#text), position);
    // The last one first, so that none is elsewhere when its turn comes.
    for (const { start, end, text } of replacements(this.#writing).reverse()) {
      part.replace(at(start), at(end), text);
    }
  }

  #settled(): void {
    this.#asked.shift();
    this.#ask();
    this.#leave();
    if (this.#asked.length === 0) this.#selected();
  }

  #failed(error: unknown): void {
    this.#asked.shift();
    this.#back.length = 0;
    this.#typed = composed(this.#writing, this.#typed);
    this.#writing = [];
    this.#leave();
    this.#onError(error);
  }
}

/** What a browser calls it where there is no key. */
const WAYS: { readonly [type: string]: Way | undefined } = { historyUndo: "undo", historyRedo: "redo" };

/** What a key asks for. */
function wayOfKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): Way | undefined {
  if (altKey || !(ctrlKey || metaKey)) return undefined;
  switch (key.toLowerCase()) {
    case "z":
      return shiftKey ? "redo" : "undo";
    case "y":
      return "redo";
    default:
      return undefined;
  }
}

type Plain = (text: string) => string;

/** What an element makes of a text: a `<textarea>` has one kind of line ends, an `<input>` has none. */
function plainOf(field: TextField): Plain {
  field.value = "\r\n";
  const has = field.value;
  if (has === "\r\n") return (text) => text;
  return (text) => text.replace(has === "" ? /[\r\n]/g : /\r\n?/g, has);
}

/** Where a position of what an element makes of a text is in that. */
function heldAt(held: string, plain: string, position: number): number {
  if (held === plain) return position;
  let at = 0;
  for (let seen = 0; seen < position && at < held.length; at += 1) {
    const isDropped = held[at] === "\r" ? held[at + 1] === "\n" || plain[seen] !== "\n" : held[at] !== plain[seen];
    if (!isDropped) seen += 1;
  }
  return at;
}

/** Where a text was in JSON anything can be: it is as if there were none then. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
