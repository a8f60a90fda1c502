// What does not compile, line by line: where one of these were no error, that would be one.

import { bindText } from "crdt-web";
import { useDocument, useOthers } from "crdt-web/react";

import { type Board, type BoardDelta, BoardDocument, openStore } from "./board.js";

const document = BoardDocument.create();

document.change((board) => {
  // @ts-expect-error a field that there is not
  board.titel = "x";
  // @ts-expect-error a value of another type
  board.title = 7;
  // @ts-expect-error a counter is added to
  board.votes = 3n;
  // @ts-expect-error a number, where there has to be a bigint
  board.pair.second = 3;
  // @ts-expect-error the element may not be there
  board.tasks.at(0).done = true;
  // @ts-expect-error an element without all that it has
  board.tasks.push({ title: "a" });
  // @ts-expect-error a variant that there is not
  board.tasks.at(0)?.status.inside("Closed");
  // @ts-expect-error a variant that holds nothing
  board.tasks.at(0)?.status.inside("Open");
  // @ts-expect-error what a variant holds is not there unless it is selected
  board.tasks.at(0)?.status.inside("Done").by;
  // @ts-expect-error what is optional may not be there
  board.due.day = 3;
  // @ts-expect-error a key of another type
  board["by-number"].get("3");
  // @ts-expect-error text is inserted, and no number
  board.notes.insert(0, 3);
  // @ts-expect-error it reads as nothing
  board.nothing = "x";
  // @ts-expect-error the length is a result
  board.tasks.length = 0;
});

// @ts-expect-error a value is not written to what it was read of
document.value = document.value;
// @ts-expect-error nothing of a value is written to
document.value.title = "x";
// @ts-expect-error nor what it holds
document.value.tasks.sort();
// @ts-expect-error as a map does
document.value["by-number"].delete(1n);
// @ts-expect-error with text keys or others
document.value.labels["red"] = [];
// @ts-expect-error nor what a list holds
document.value.labels["red"]?.push("x");
// @ts-expect-error nor a part of a tuple
document.value.place[0] = 1;

// @ts-expect-error a delta has the fields of the type
export const delta: BoardDelta = { titel: "x" };

// @ts-expect-error a value has all fields
export const board: Board = { title: "x" };

const store = await openStore("boards");
const stored = await store.create(BoardDocument);
await stored.change((board) => {
  // @ts-expect-error a value of another type
  board.title = 7;
});
// @ts-expect-error a part has to be waited for
const title: string | undefined = stored.read((board) => board.title);
// @ts-expect-error a document is opened as something
await store.open(stored.id);

const field = window.document.createElement("textarea");
// @ts-expect-error a title is no text
bindText(field, document, (board) => board.title);
// @ts-expect-error what is shown of others takes a document that others are in
bindText(field, document, (board) => board.notes, { carets: { onOthers: () => {} } });
// @ts-expect-error presence has to be JSON
bindText(field, stored, (board) => board.notes, { carets: { presence: { at: new Date() }, onOthers: () => {} } });
// @ts-expect-error a part of another type
const members: number[] = useDocument(stored, ({ members }) => members);
// @ts-expect-error nobody else is in a document of memory
useOthers(document);
// @ts-expect-error a time is a `Date`
await stored.change((board) => board.votes.add(1n), { time: 7 });
document.change((board) => {
  // @ts-expect-error JSON has no dates
  board.extra.set("/a", new Date());
  // @ts-expect-error it may be no text
  board.extra.text("/a").push("x");
});
