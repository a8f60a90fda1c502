// What compiles. It is not run: `typed.test.js` does the same.

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
  board.labels.set("red", ["a"]);
  board.labels.entry("red").push("b");
  board["by-number"].get(3n)?.tags.push("y");
  board.members.add("z");
  board.extra.set("/a/b", 1);
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
  board.others((author, presence) => console.log(author, presence ?? "has left"));
  return board;
}
