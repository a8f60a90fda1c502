// Elements that show a text: with an element that is nothing but its value and selection.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bindText } from "crdt-web";
import { BoardDocument } from "./board.js";
import { initSync } from "./pkg/web_board.js";

initSync({ module: readFileSync(new URL("./pkg/web_board_bg.wasm", import.meta.url)) });

class Field extends EventTarget {
  value = "";
  selectionStart = 0;
  selectionEnd = 0;

  setSelectionRange(start, end) {
    [this.selectionStart, this.selectionEnd] = [start, end];
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
}

/** Two people with a text before them. */
function two(text) {
  const mine = BoardDocument.create();
  mine.change((board) => { board.notes = text; });
  const yours = BoardDocument.join(mine.id);
  const [field, other] = [new Field(), new Field()];
  yours.apply(mine.export());
  bindText(field, mine, (board) => board.notes);
  bindText(other, yours, (board) => board.notes);
  const meet = () => {
    yours.apply(mine.export(yours.heads()));
    mine.apply(yours.export(mine.heads()));
    assert.equal(field.value, mine.value.notes);
    assert.equal(other.value, mine.value.notes);
  };
  return { mine, yours, field, other, meet };
}

test("what is typed is written, and what others write is shown where the selection stays", () => {
  const { mine, field, other, meet } = two("Hello");
  field.setSelectionRange(5, 5);
  other.setSelectionRange(0, 0);
  field.type(" World");
  other.type("> ");
  assert.deepEqual([mine.value.notes, other.value], ["Hello World", "> Hello"]);
  meet();
  assert.equal(field.value, "> Hello World");
  assert.deepEqual([field.selectionStart, other.selectionStart], [13, 2]);
});

test("of several that look the same, the one before the caret was typed", () => {
  const { mine, field } = two("aaa");
  const seen = [];
  mine.subscribeTo((board) => board.notes, ({ delta }) => seen.push(delta));
  field.setSelectionRange(1, 1);
  field.type("a");
  assert.deepEqual(seen, [[{ retain: 1 }, { insert: "a" }]]);
});

test("characters of two code units stay whole", () => {
  const { mine, field, meet } = two("😀");
  field.setSelectionRange(0, 2);
  // Another one with the same first code unit.
  field.type("😁");
  assert.equal(mine.value.notes, "😁");
  meet();
});

test("nothing is put into an element in which a character is composed", () => {
  const { mine, yours, field, other, meet } = two("ab");
  field.setSelectionRange(1, 1);
  field.dispatchEvent(new Event("compositionstart"));
  field.type("´");
  other.type("> ");
  mine.apply(yours.export(mine.heads()));
  assert.equal(field.value, "a´b");
  field.setSelectionRange(1, 2);
  field.put("é");
  field.dispatchEvent(new Event("compositionend"));
  assert.deepEqual([field.value, mine.value.notes, field.selectionStart], ["> aéb", "> aéb", 4]);
  meet();
});

test("a binding that has ended neither writes nor shows", () => {
  const mine = BoardDocument.create();
  const field = new Field();
  const end = bindText(field, mine, (board) => board.notes);
  end();
  field.type("x");
  mine.change((board) => board.notes.push("y"));
  assert.deepEqual([field.value, mine.value.notes], ["x", "y"]);
});

test("a text of an element that moves and goes is followed", () => {
  const mine = BoardDocument.create();
  const task = (how) => ({
    title: "", done: false, points: 0, status: { Done: { by: "", how } }, parts: { parts: [] }, tags: [],
  });
  mine.change((board) => board.tasks.push(task("one"), task("two")));
  const seen = [];
  mine.subscribeTo((board) => board.tasks.at(1)?.status.inside("Done")?.how, (what) => seen.push(what));
  const how = (board, position) => board.tasks.at(position).status.inside("Done").how;
  mine.change((board) => how(board, 0).push("!"));
  mine.change((board) => how(board, 1).push("?"));
  mine.change((board) => { board.tasks.move(1, 0); how(board, 0).push("!"); });
  mine.change((board) => board.tasks.delete(0));
  assert.deepEqual(seen, [
    { value: "two?", delta: [{ retain: 3 }, { insert: "?" }] },
    { value: "two?!", delta: [{ retain: 4 }, { insert: "!" }] },
    { value: undefined, delta: null },
  ]);
});

test("a cursor stays where it is", () => {
  const mine = BoardDocument.create();
  mine.change((board) => { board.notes = "a😀b"; });
  const cursor = mine.cursor((board) => board.notes, 3);
  mine.change((board) => board.notes.insert(0, "> "));
  assert.equal(mine.positionOf((board) => board.notes, cursor), 5);
  assert.throws(() => mine.cursor((board) => board.notes, 4));
});
