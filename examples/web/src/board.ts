// The board of this page: the one that the address names, the last one here, or a new one.

import init from "../pkg/web_example.js";
import { type StoredBoardDocument, BoardDocument, openStore } from "../pkg/board.js";
import type { Store } from "crdt-web";

export interface Opened {
  readonly store: Store;
  readonly board: StoredBoardDocument;
}

/** Opens the store of a name, and a board in it. */
export async function openBoard(name: string, id: string): Promise<Opened> {
  await init();
  const store = await openStore(name);
  const known = (await store.documents()).at(-1);
  if (id !== "") return { store, board: await store.join(BoardDocument, id) };
  if (known !== undefined) return { store, board: await store.open(BoardDocument, known.id) };
  const board = await store.create(BoardDocument);
  await board.change((board) => board.title.push("Plan"));
  return { store, board };
}
