// The React hooks, with documents of memory and presence that a test shows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { useDocument, useOthers } from "crdt-web/react";
import { createElement } from "react";
import { act, create } from "react-test-renderer";
import { BoardDocument } from "./board.js";
import { initSync } from "./pkg/web_board.js";

initSync({ module: readFileSync(new URL("./pkg/web_board_bg.wasm", import.meta.url)) });
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

/** Renders a component, and says what is shown and how often that was rendered. */
async function rendered(component, properties) {
  let times = 0;
  const counted = (given) => {
    times += 1;
    return component(given);
  };
  let root;
  await act(async () => { root = create(createElement(counted, properties)); });
  return {
    shown: () => root.toJSON(),
    times: () => times,
    render: (properties) => act(async () => root.update(createElement(counted, properties))),
    end: () => act(async () => root.unmount()),
  };
}

test("a component shows the value of its document, wherever that is written", async () => {
  const [one, other] = [BoardDocument.create(), BoardDocument.create()];
  other.change((board) => { board.title = "other"; });
  const view = await rendered(({ document }) => useDocument(document).title, { document: one });
  await act(async () => one.change((board) => { board.title = "Plan"; }));
  assert.equal(view.shown(), "Plan");
  const copy = BoardDocument.join(one.id);
  copy.apply(one.export());
  copy.change((board) => { board.title = "theirs"; });
  await act(async () => one.apply(copy.export()));
  assert.equal(view.shown(), "theirs");
  await view.render({ document: other });
  assert.equal(view.shown(), "other");
  const times = view.times();
  await act(async () => one.change((board) => { board.title = "not shown"; }));
  assert.deepEqual([view.shown(), view.times()], ["other", times]);
  await view.end();
  other.change((board) => { board.title = "nobody looks"; });
});

test("a component that selects a part is rendered when that changes", async () => {
  const board = BoardDocument.create();
  const view = await rendered(() => useDocument(board, ({ members }) => members).join());
  await act(async () => board.change((board) => board.members.add("Ann")));
  assert.equal(view.shown(), "Ann");
  const times = view.times();
  await act(async () => board.change((board) => { board.title = "something else"; }));
  assert.equal(view.times(), times);
});

test("what is selected can be made anew", async () => {
  const board = BoardDocument.create();
  board.change((board) => { board.title = "Plan"; });
  const members = await rendered(() => useDocument(board, ({ members }) => [...members].map((who) => `${who}!`)).join());
  const change = (edit) => act(async () => board.change(edit));
  await change((board) => board.members.add("Ann"));
  assert.equal(members.shown(), "Ann!");
  // What is equal is not rendered again, and is the same one however often it is.
  const seen = new Set();
  const isEqual = (one, other) => one.title === other.title;
  const title = await rendered(() => {
    const selected = useDocument(board, ({ title, notes }) => ({ title, notes }), isEqual);
    seen.add(selected);
    return selected.title;
  });
  const times = title.times();
  await change((board) => { board.notes = "something else"; });
  assert.equal(title.times(), times);
  await title.render();
  assert.deepEqual([title.shown(), seen.size], ["Plan", 1]);
  await change((board) => { board.title = "Plan B"; });
  assert.deepEqual([title.shown(), seen.size], ["Plan B", 2]);
});

test("what is rendered is what is selected now", async () => {
  const [one, other] = [BoardDocument.create(), BoardDocument.create()];
  for (const [board, name] of [[one, "one"], [other, "other"]]) {
    board.change((board) => { board.title = name; board.notes = `notes of ${name}`; });
  }
  const view = await rendered(({ board, part }) => useDocument(board, (value) => ({ it: value[part] })).it, { board: one, part: "title" });
  const shown = [view.shown()];
  for (const given of [{ board: one, part: "notes" }, { board: other, part: "notes" }, { board: other, part: "title" }]) {
    await view.render(given);
    shown.push(view.shown());
  }
  assert.deepEqual(shown, ["one", "notes of one", "notes of other", "other"]);
});

test("a component shows who else is there", async () => {
  const callbacks = new Set();
  const document = {
    others(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
  const show = (author, presence) => act(async () => { for (const told of callbacks) told(author, presence); });
  const view = await rendered(() => JSON.stringify([...useOthers(document)]));
  await show("ann", { name: "Ann" });
  await show("bob", 7);
  await show("ann", { name: "Anna" });
  assert.equal(view.shown(), '[["ann",{"name":"Anna"}],["bob",7]]');
  await show("bob", undefined);
  assert.equal(view.shown(), '[["ann",{"name":"Anna"}]]');
  await view.end();
  assert.equal(callbacks.size, 0);
});
