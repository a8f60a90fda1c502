/** Which changes of a document are undone together. */
export class Groups {
  /** The group that what was written last is of. */
  #open: object | undefined;
  /** What that will be once what is being written is. */
  #next: object | undefined;

  /** A change of a group is to be written next: whether it is undone with the one before. */
  joins(group: object | undefined): boolean {
    const joins = group !== undefined && group === this.#open;
    if (!joins) this.begin(group);
    return joins;
  }

  /** Something is to be written next that is undone by itself. */
  begin(group?: object): void {
    [this.#open, this.#next] = [undefined, group];
  }

  /** It was written, and was not nothing. */
  written(): void {
    this.#open = this.#next;
  }
}
