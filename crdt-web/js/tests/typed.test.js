// Documents of a Rust type from JavaScript, with WebAssembly in Node.js.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { assign, valueOf } from "crdt-web";
import { BoardDocument } from "./board.js";
import { initSync } from "./pkg/web_board.js";

initSync({ module: readFileSync(new URL("./pkg/web_board_bg.wasm", import.meta.url)) });

const task = (title) => ({
  title,
  done: false,
  points: 0,
  status: "Open",
  parts: { parts: [] },
  tags: [],
});

/** Follows a document, and holds what it says of its value to the value. */
function followed(document) {
  const seen = [];
  document.subscribe(({ value, delta }) => {
    assert.equal(value, document.value);
    seen.push(delta);
  });
  return seen;
}

test("every kind of node is read, edited and followed", () => {
  const board = BoardDocument.create();
  const seen = followed(board);
  const step = (edit) => {
    board.change(edit);
    return seen.at(-1);
  };
  assert.deepEqual(step((board) => { board.title = "Plan"; }), { title: "Plan" });
  assert.equal(board.value.title, "Plan");

  assert.deepEqual(step((board) => board.notes.insert(0, "a😀b")), { notes: [{ insert: "a😀b" }] });
  assert.deepEqual(step((board) => board.notes.replace(3, 4, "c")), {
    notes: [{ retain: 3 }, { insert: "c" }, { delete: 1 }],
  });
  assert.deepEqual(step((board) => board.notes.delete(1, 3)), { notes: [{ retain: 1 }, { delete: 2 }] });
  assert.equal(board.value.notes, "ac");

  step((board) => board.tasks.push(task("one"), task("two")));
  assert.deepEqual(step((board) => { board.tasks.at(-1).done = true; }), {
    tasks: [{ retain: 1 }, { edit: { done: true } }],
  });
  step((board) => board.tasks.move(1, 0));
  assert.deepEqual(board.value.tasks.map(({ title, done }) => [title, done]), [["two", true], ["one", false]]);

  assert.deepEqual(step((board) => board.votes.add(2n)), { votes: { by: 2n, to: 2n } });
  assert.deepEqual(step((board) => board.tasks.at(0).points.add(3)), {
    tasks: [{ edit: { points: { by: 3, to: 3 } } }],
  });

  assert.deepEqual(step((board) => { board.tasks.at(0).status = { Done: { by: "me", how: "so" } }; }), {
    tasks: [{ edit: { status: { selected: { Done: { by: "me", how: "so" } } } } }],
  });
  assert.deepEqual(step((board) => board.tasks.at(0).status.inside("Done").how.push("!")), {
    tasks: [{ edit: { status: { changed: { Done: { how: [{ retain: 2 }, { insert: "!" }] } } } } }],
  });
  assert.deepEqual(board.value.tasks[0].status, { Done: { by: "me", how: "so!" } });

  assert.deepEqual(step((board) => board.labels.set("red", ["a"])), { labels: { red: { inserted: ["a"] } } });
  assert.deepEqual(step((board) => board.labels.entry("red").push("b")), {
    labels: { red: { changed: [{ retain: 1 }, { insert: ["b"] }] } },
  });
  step((board) => board["by-number"].set(2n ** 63n, task("big")));
  assert.equal(board.value["by-number"].get(2n ** 63n).title, "big");
  assert.deepEqual(step((board) => { board["by-number"].delete(2n ** 63n); }), {
    "by-number": new Map([[2n ** 63n, "removed"]]),
  });

  assert.deepEqual(step((board) => board.members.add("z")), { members: { inserted: ["z"] } });
  step((board) => { board.due = { day: 3 }; });
  assert.deepEqual(step((board) => { board.due.day = 4; }), { due: { changed: { day: 4 } } });
  assert.deepEqual(step((board) => { board.due = null; }), { due: "removed" });

  step((board) => { board.picture = new Uint8Array([1, 2]); });
  assert.deepEqual(board.value.picture, new Uint8Array([1, 2]));
  step((board) => { board.pair.second = -(2n ** 62n); });
  assert.equal(board.value.pair.second, -(2n ** 62n));
  step((board) => { board.place["1"] = 2; });
  assert.deepEqual(board.value.place, [0, 2]);
  step((board) => { board.color = [1, 2, 3]; });
  assert.deepEqual(board.value.color, [1, 2, 3]);
  step((board) => board.extra.set("", { a: [1, "x"] }));
  step((board) => board.extra.insert("/a", 1, true));
  assert.deepEqual(board.value.extra, { a: [1, true, "x"] });

  // What followed the deltas is what is read.
  const again = BoardDocument.load(board.save());
  assert.deepEqual(board.value, again.value);
});

test("a function that throws has done nothing, and what it threw is thrown", () => {
  const board = BoardDocument.create();
  const seen = followed(board);
  const thrown = new Error("no");
  assert.throws(() => board.change((board) => { board.title = "x"; throw thrown; }), (error) => error === thrown);
  assert.throws(() => board.change((board) => { board.votes.add(2n ** 64n); }));
  assert.throws(() => board.change((board) => { board.tasks.push({ titel: "x" }); }), /titel/);
  assert.throws(() => board.change((board) => { board.title = 7; }), /title/);
  assert.deepEqual([board.value.title, seen], ["", []]);
});

test("editors are of use within their change alone, and each of its own document", () => {
  const [one, other] = [BoardDocument.create(), BoardDocument.create()];
  let kept;
  one.change((board) => { kept = board; });
  assert.throws(() => { kept.title = "x"; }, /within its change/);
  one.change((board) => {
    other.change((other) => {
      other.title = "inner";
      assert.throws(() => { board.title = "x"; }, /within its change/);
    });
    board.title = "outer";
    assert.throws(() => one.change(() => {}), /open/);
    assert.equal(board.title, "outer");
  });
  assert.deepEqual([one.value.title, other.value.title], ["outer", "inner"]);
});

test("an editor of an element stays with it", () => {
  const board = BoardDocument.create();
  board.change((board) => board.tasks.push(task("one")));
  board.change((board) => {
    const one = board.tasks.at(0);
    board.tasks.insert(0, task("zero"));
    one.title = "first";
  });
  assert.deepEqual(board.value.tasks.map(({ title }) => title), ["zero", "first"]);
});

test("replicas become equal, and what did not change is the same object", () => {
  const mine = BoardDocument.create();
  mine.change((board) => board.tasks.push(task("one"), task("two")));
  const yours = BoardDocument.join(mine.id);
  yours.apply(mine.export());
  const before = yours.value;
  mine.change((board) => { board.tasks.at(1).title = "2"; });
  yours.apply(mine.export(yours.heads()));
  assert.deepEqual(yours.value, mine.value);
  assert.notEqual(yours.value.tasks, before.tasks);
  assert.equal(yours.value.tasks[0], before.tasks[0]);
  assert.equal(yours.value.labels, before.labels);
});

test("undo takes back what this replica did", () => {
  const mine = BoardDocument.create();
  mine.change((board) => { board.title = "mine"; });
  mine.update({ ...mine.value, notes: "x" });
  assert.equal(mine.undo(), true);
  assert.deepEqual([mine.value.title, mine.value.notes], ["mine", ""]);
  assert.equal(mine.redo(), true);
  assert.equal(mine.value.notes, "x");
});

test("whole values are read and assigned", () => {
  const board = BoardDocument.create();
  board.change((board) => {
    assign(board.tasks, [task("one")]);
    assign(board.tasks.at(0), { ...task("uno"), done: true });
    assert.equal(valueOf(board.tasks.at(0)).title, "uno");
  });
  assert.equal(board.value.tasks[0].done, true);
});

test("the log has the changes, with what was said about them", () => {
  const mine = BoardDocument.create();
  mine.change((board) => { board.title = "a"; });
  mine.change((board) => { board.title = "b"; }, { message: "😀", time: new Date(1_700_000_000_000) });
  const yours = BoardDocument.join(mine.id);
  yours.apply(mine.export());
  yours.change((board) => { board.title = "c"; });
  mine.apply(yours.export(mine.heads()));
  const log = mine.log();
  assert.deepEqual(log.map(({ author, message, time }) => [author, message, time]), [
    [yours.author, null, null],
    [mine.author, "😀", new Date(1_700_000_000_000)],
    [mine.author, null, null],
  ]);
  assert.deepEqual([log[0].hash], mine.heads());
  assert.deepEqual(mine.log(1), [log[0]]);
  assert.deepEqual(mine.log(0), []);
});

test("whoever is told knows what was written here", () => {
  const mine = BoardDocument.create();
  const yours = BoardDocument.join(mine.id);
  const seen = [];
  mine.subscribe(({ isOwn }) => seen.push(isOwn));
  mine.change((board) => { board.title = "a"; });
  mine.update({ ...mine.value, title: "b" });
  mine.undo();
  mine.redo();
  yours.apply(mine.export());
  yours.change((board) => { board.title = "c"; });
  mine.apply(yours.export());
  assert.deepEqual(seen, [true, true, true, true, false]);
});
