/** What is closed one day. */

export class Life {
  readonly #what: string;
  readonly #ends = new Set<() => void>();
  #isOver = false;

  /** Given what it is, as an error says it. */
  constructor(what: string) {
    this.#what = what;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#isOver = true;
    for (const end of this.#ends) end();
  }

  /** Throws if it is closed. */
  check(): void {
    if (this.#isOver) throw this.#error();
  }

  #error(): Error {
    return new Error(`the ${this.#what} is closed`);
  }

  /** What may never come: it fails when this is closed. */
  during<R>(promise: Promise<R>): Promise<R> {
    return new Promise((done, failed) => {
      const end = () => failed(this.#error());
      this.#ends.add(end);
      promise.then(done, failed).finally(() => this.#ends.delete(end));
    });
  }
}
