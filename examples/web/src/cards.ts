// The cards: an element of the page for each, which stays as long as there is the card.

import { type Unsubscribe, bindText } from "crdt-web";
import type { BoardEditor, Card, CardEditor, StoredBoardDocument } from "../pkg/board.js";

interface Shown {
  readonly element: HTMLLIElement;
  readonly done: HTMLInputElement;
  readonly votes: HTMLButtonElement;
  readonly unbind: Unsubscribe;
}

function cardOf(board: BoardEditor, id: string): CardEditor | undefined {
  return [...board.cards].find((card) => card.id === id);
}

export class Cards {
  readonly #list: HTMLElement;
  readonly #board: StoredBoardDocument;
  readonly #report: (error: unknown) => void;
  readonly #shown = new Map<string, Shown>();

  constructor(list: HTMLElement, board: StoredBoardDocument, report: (error: unknown) => void) {
    this.#list = list;
    this.#board = board;
    this.#report = report;
  }

  add(title: string): void {
    const card = { id: crypto.randomUUID(), title, done: false, votes: 0 };
    this.#board.change((board) => board.cards.push(card)).catch(this.#report);
  }

  /** Shows what there is now, and touches what has changed alone. */
  show(cards: readonly Card[]): void {
    const gone = new Set(this.#shown.keys());
    for (const [place, card] of cards.entries()) {
      gone.delete(card.id);
      const shown = this.#shown.get(card.id) ?? this.#made(card.id);
      shown.done.checked = card.done;
      shown.votes.textContent = `+${card.votes}`;
      shown.element.classList.toggle("done", card.done);
      const here = this.#list.children[place];
      if (here !== shown.element) this.#list.insertBefore(shown.element, here ?? null);
    }
    for (const id of gone) {
      this.#shown.get(id)?.unbind();
      this.#shown.get(id)?.element.remove();
      this.#shown.delete(id);
    }
  }

  #made(id: string): Shown {
    const element = document.createElement("li");
    const done = Object.assign(document.createElement("input"), { type: "checkbox", title: "Done" });
    const title = Object.assign(document.createElement("input"), { type: "text", ariaLabel: "Card" });
    const votes = Object.assign(document.createElement("button"), { title: "Vote for it" });
    const up = Object.assign(document.createElement("button"), { textContent: "↑", title: "Move up" });
    const remove = Object.assign(document.createElement("button"), { textContent: "×", title: "Remove" });
    element.append(done, title, votes, up, remove);
    done.onchange = () => this.#change(id, (card) => { card.done = done.checked; });
    votes.onclick = () => this.#change(id, (card) => card.votes.add(1));
    up.onclick = () => this.#move(id);
    remove.onclick = () => this.#remove(id);
    const unbind = bindText(title, this.#board, (board) => cardOf(board, id)?.title, { onError: this.#report });
    const shown = { element, done, votes, unbind };
    this.#shown.set(id, shown);
    return shown;
  }

  #change(id: string, edit: (card: CardEditor) => void): void {
    const change = (board: BoardEditor) => {
      const card = cardOf(board, id);
      if (card !== undefined) edit(card);
    };
    this.#board.change(change).catch(this.#report);
  }

  #move(id: string): void {
    const move = (board: BoardEditor) => {
      const at = [...board.cards].findIndex((card) => card.id === id);
      if (at > 0) board.cards.move(at, at - 1);
    };
    this.#board.change(move).catch(this.#report);
  }

  #remove(id: string): void {
    const remove = (board: BoardEditor) => {
      const at = [...board.cards].findIndex((card) => card.id === id);
      if (at >= 0) board.cards.delete(at);
    };
    this.#board.change(remove).catch(this.#report);
  }
}
