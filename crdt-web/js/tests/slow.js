// A document whose changes take as long as a test wants: what one in a store is to who writes to it.

/** Has a document of memory have changes be asked for, and made when `step` is called. */
export class Slow {
  #document;
  #asked = [];

  constructor(document) {
    this.#document = document;
  }

  change(edit, options) {
    if (options?.isAlone !== true) throw new Error("who counts on being told of its own asks for that");
    return this.#ask((failure) => {
      this.#document.change((editor) => {
        edit(editor);
        if (failure !== undefined) throw failure;
      });
    });
  }

  undo() {
    return this.#ask(() => this.#document.undo());
  }

  redo() {
    return this.#ask(() => this.#document.redo());
  }

  subscribeTo(of, callback) {
    return this.#ask(() => this.#document.subscribeTo(of, callback));
  }

  #ask(work) {
    return new Promise((done, failed) => this.#asked.push({ work, done, failed }));
  }

  get isAsked() {
    return this.#asked.length > 0;
  }

  /** Does what was asked for first, after what others wrote has come in; or has it fail at its end. */
  async step({ came = () => {}, failure } = {}) {
    const asked = this.#asked.shift();
    if (asked === undefined) return;
    came();
    try {
      asked.done(asked.work(failure));
    } catch (error) {
      asked.failed(error);
    }
    await settled();
  }
}

/** When all that is waited for by nothing but promises has come. */
export function settled() {
  return new Promise((done) => setImmediate(done));
}
