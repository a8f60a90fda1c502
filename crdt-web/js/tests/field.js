// An element that is nothing but its value and selection.

export class Field extends EventTarget {
  selectionStart = 0;
  selectionEnd = 0;
  #hasFocus = false;
  #value = "";
  #lineEnds;

  /** One that has its own line ends has them in place of all others, as elements of a page do. */
  constructor(lineEnds) {
    super();
    this.#lineEnds = lineEnds;
  }

  get value() {
    return this.#value;
  }

  set value(text) {
    this.#value = this.#lineEnds === undefined ? text : text.replace(/\r\n?|\n/g, this.#lineEnds);
  }

  setSelectionRange(start, end) {
    [this.selectionStart, this.selectionEnd] = [start, end];
  }

  matches(selector) {
    return selector === ":focus" && this.#hasFocus;
  }

  focus(hasFocus = true) {
    this.#hasFocus = hasFocus;
    this.dispatchEvent(new Event(hasFocus ? "focus" : "blur"));
  }

  /** What a browser does when something is typed over the selection. */
  put(text) {
    this.value = this.value.slice(0, this.selectionStart) + text + this.value.slice(this.selectionEnd);
    this.setSelectionRange(this.selectionStart + text.length, this.selectionStart + text.length);
  }

  type(text) {
    this.put(text);
    this.dispatchEvent(new Event("input"));
  }

  /** Presses a key with the one for commands; whether that was for the element. */
  press(key, pressed = {}) {
    const event = Object.assign(new Event("keydown", { cancelable: true }), { key, ctrlKey: true, ...pressed });
    return this.dispatchEvent(event);
  }

  /** Composes a text, of which there are several forms before it is done. */
  compose(...forms) {
    this.begin();
    for (const form of forms) this.become(form);
    this.done();
  }

  begin() {
    this.from = this.selectionStart;
    this.dispatchEvent(new Event("compositionstart"));
  }

  become(text) {
    this.setSelectionRange(this.from, this.selectionEnd);
    this.type(text);
  }

  done() {
    this.dispatchEvent(new Event("compositionend"));
  }
}
