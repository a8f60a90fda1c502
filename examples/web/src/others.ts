// Who else is here, and where in the notes.

import type { Caret, JsonValue } from "crdt-web";

const COLORS = ["#c2410c", "#047857", "#1d4ed8", "#a21caf", "#b45309", "#0e7490"];

/** The same colour for the same person, on all screens. */
export function colorOf(author: string): string {
  const sum = [...author].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return COLORS[sum % COLORS.length] ?? "black";
}

function nameOf(presence: JsonValue): string {
  const isObject = presence !== null && typeof presence === "object" && !Array.isArray(presence);
  const name = isObject ? presence["name"] : undefined;
  return typeof name === "string" ? name : "somebody";
}

/** Shows who is here. */
export class Others {
  readonly #list: HTMLElement;
  readonly #elements = new Map<string, HTMLElement>();

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  readonly heard = (author: string, presence: JsonValue | undefined): void => {
    const element = this.#elements.get(author) ?? document.createElement("li");
    if (presence === undefined) {
      element.remove();
      this.#elements.delete(author);
      return;
    }
    element.textContent = nameOf(presence);
    element.style.background = colorOf(author);
    this.#elements.set(author, element);
    this.#list.append(element);
  };
}

/** Draws carets over an element that has a text: a copy of that, with marks in it. */
export function drawCarets(over: HTMLElement, field: HTMLTextAreaElement, carets: readonly Caret[]): void {
  const text = field.value;
  let at = 0;
  const parts: (string | Node)[] = [];
  for (const { author, presence, start, end } of [...carets].sort((one, other) => one.start - other.start)) {
    // Of what two have selected, the second one begins where the first one ends.
    const from = Math.max(at, start);
    const mark = document.createElement("mark");
    mark.textContent = text.slice(from, Math.max(from, end));
    mark.title = nameOf(presence);
    mark.style.setProperty("--who", colorOf(author));
    parts.push(text.slice(at, from), mark);
    at = Math.max(from, end);
  }
  over.replaceChildren(...parts, text.slice(at));
  over.scrollTop = field.scrollTop;
}
