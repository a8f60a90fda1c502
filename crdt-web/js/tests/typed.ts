// What compiles. It is not run: `typed.test.js` does the same.

import { bindText } from "crdt-web";
import { useDocument, useOthers } from "crdt-web/react";

import { type Board, type BoardDelta, type Status, type StoredBoardDocument, BoardDocument, openStore } from "./board.js";

const document = BoardDocument.create();

document.change((board) => {
  board.title = "Plan";
  board.notes.insert(0, "x");
  board.notes = "all of it";
  const task = board.tasks.at(0);
  if (task !== undefined) {
    task.done = true;
    task.points.add(1);
    task.status = { Done: { by: "me", how: "" } };
    const done = task.status.inside("Done");
    if (done !== null) {
      done.by = "you";
      done.how.push("!");
    }
  }
  board.tasks.push({ title: "a", done: false, points: 1, status: "Open", parts: { parts: [] }, tags: ["x"] });
  board.votes.add(2n);
  board.votes.add(2);
  board.due = { day: 3 };
  if (board.due !== null) board.due.day = 4;
  board.due = board.due;
  board.aside?.set("/a", 1);
  board.labels.set("red", ["a"]);
  board.labels.entry("red").push("b");
  board["by-number"].get(3n)?.tags.push("y");
  board.members.add("z");
  board.extra.set("/a/b", 1);
  board.extra.push("/list", 1, { deep: [null] });
  board.extra.move("/list", 0, 1);
  board.extra.at("/list/0")?.set("", "x");
  board.extra.text("/note")?.push("y");
  board.picture = new Uint8Array(3);
  board.maybe.at(0)?.get()?.day.toFixed();
  board.place["0"] = 1.5;
});

export const delta: BoardDelta = {
  tasks: [{ retain: 1 }, { edit: { done: true } }],
  labels: { red: "removed" },
  votes: { by: 1n, to: 2n },
};

const stop = document.subscribe(({ value, delta }) => {
  const title: string = value.title;
  for (const run of delta?.tasks ?? []) {
    if ("insert" in run) console.log(title, run.insert[0]?.title);
  }
});
stop();

/** A union is told apart by its variants. */
export function said(status: Status): string {
  if (status === "Open") return "open";
  if ("Done" in status) return `done by ${status.Done.by}`;
  if ("Handed" in status) return `handed on, for day ${status.Handed.day.toFixed()}`;
  return `moved to ${status.Moved[1]}`;
}

export function copy(board: Board): Board {
  using other = BoardDocument.load(document.save());
  other.update({ ...board, votes: board.votes + 1n });
  return other.value;
}

export async function kept(): Promise<StoredBoardDocument> {
  const store = await openStore("boards");
  const [known] = await store.documents();
  const board = known === undefined ? await store.create(BoardDocument) : await store.open(BoardDocument, known.id);
  store.connect("wss://relay.example.org", (status) => {
    if (status.state === "waiting") console.log(status.why, status.wait.toFixed());
  });
  await board.change((board) => board.tasks.at(0)?.points.add(1));
  const notes: string | undefined = await board.read((board) => board.notes);
  const stop = await board.subscribeTo((board) => board.notes, ({ value }) => console.log(notes, value?.length));
  stop();
  await board.change((board) => board.votes.add(1n), { isAlone: true, message: "a vote", time: new Date() });
  for (const { author, message, time } of await board.log(10)) console.log(author, message ?? "-", time?.getTime());
  board.subscribe(({ isOwn, delta }) => console.log(isOwn, delta?.title));
  board.others((author, presence) => console.log(author, presence ?? "has left"));
  return board;
}

/** What binds and reads takes documents in memory and of a store alike. */
export function shown(field: HTMLTextAreaElement, memory: BoardDocument, stored: StoredBoardDocument): string {
  const stop = bindText(field, memory, (board) => board.tasks.at(0)?.status.inside("Done")?.how);
  stop();
  bindText(field, stored, (board) => board.extra.text("/note"), { onError: (error) => console.log(error) });
  bindText(field, stored, (board) => board.notes, {
    onError: (error) => console.log(error),
    carets: {
      presence: { name: "Ann" },
      onOthers: (carets) => { for (const { author, start, end } of carets) console.log(author, end - start); },
    },
  });
  const board: Board = useDocument(memory);
  const members: readonly string[] = useDocument(stored, ({ members }) => members);
  const others = useOthers(stored);
  return `${board.title} ${members.join()} ${others.size.toFixed()}`;
}
