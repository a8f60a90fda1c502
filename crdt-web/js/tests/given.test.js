// What is given that the compiler would refuse, or cannot tell: it is written as it reads, or refused, and never
// written as something else.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

import { assign, valueOf } from "crdt-web";
import { BoardDocument } from "./board.js";
import { initSync } from "./pkg/web_board.js";

const before = (() => {
  try {
    return BoardDocument.create();
  } catch (error) {
    return error;
  }
})();
initSync({ module: readFileSync(new URL("./pkg/web_board_bg.wasm", import.meta.url)) });

test("before WebAssembly is there, it is said what is to be called", () => {
  assert.match(String(before), /call `await init\(\)` first/);
});

const task = (title) => ({ title, done: false, points: 0, status: "Open", parts: { parts: [] }, tags: [] });

/** A document with something in it. */
function filled() {
  const board = BoardDocument.create();
  board.change((board) => {
    board.title = "Plan";
    board.notes = "hello";
    board.tasks.push({ ...task("one"), points: 3, status: { Done: { by: "me", how: "so" } }, tags: ["x"] });
    board.labels.set("red", ["a"]);
    board["by-number"].set(7n, task("seven"));
    board.members.add("z");
    board.due = { day: 3 };
    board.pair = { first: "f", second: 2n };
    board.extra.set("", { list: [1, 2, 3], text: "x" });
  });
  return board;
}

/** Holds an edit to throwing what matches, and to changing nothing: neither what is there nor what can be done. */
function refused(edit, error) {
  const document = filled();
  const before = document.save();
  assert.throws(() => document.change(edit), error);
  assert.deepEqual(document.save(), before);
  document.change((board) => { board.title = "still"; });
  assert.equal(document.value.title, "still");
}

test("an editor where a value is expected is what it edits", () => {
  const document = filled();
  const { due, pair, tasks, labels, extra } = document.value;
  document.change((board) => {
    board.due = board.due;
    board.pair = board.pair;
    board.tasks = board.tasks;
    board.title = board.notes;
    board.tasks.push(board.tasks.at(0));
    board.tasks.insert(0, { ...task("new"), status: board.tasks.at(0).status, tags: board.labels.get("red") });
    board.maybe.push(board.due, null);
    board.labels.set("blue", board.labels.get("red"));
    board.parent = { ...valueOf(board), parent: null, tasks: [...board.tasks] };
    board.extra.set("/copy", board.extra.at("/list"));
    assign(board.tasks.at(0).status, board.tasks.at(1).status);
  });
  const { value } = document;
  assert.deepEqual([value.due, value.pair, value.title, value.maybe], [due, pair, "hello", [due, null]]);
  assert.deepEqual(value.tasks, [{ ...task("new"), status: tasks[0].status, tags: ["a"] }, tasks[0], tasks[0]]);
  assert.deepEqual(value.labels, { red: labels.red, blue: labels.red });
  assert.deepEqual(value.parent.tasks, value.tasks);
  assert.deepEqual(value.extra, { ...extra, copy: extra.list });
});

test("a copy of the fields of an editor is what they were", () => {
  const document = filled();
  document.change((board) => {
    const copy = { ...board.due };
    board.due.day = 4;
    board.maybe.push(copy, { ...board.due });
    board.tasks.push({ ...board.tasks.at(0), title: "two" });
  });
  const { maybe, tasks } = document.value;
  assert.deepEqual(maybe, [{ day: 3 }, { day: 4 }]);
  assert.deepEqual(tasks[1], { ...tasks[0], title: "two" });
});

test("a struct has all of its fields, but for those that may be null", () => {
  const document = filled();
  refused((board) => { board.due = {}; }, /\/due\/day" is missing/);
  refused((board) => board.tasks.push({ title: "x", done: true }), /\/tasks\/1\/points" is missing/);
  refused((board) => { board.tasks.at(0).status = "Done"; }, /Done" is missing/);
  refused((board) => { board.tasks.at(0).status = { Done: { by: "x" } }; }, /Done\/how" is missing/);
  refused((board) => { board.place = [1]; }, /\/place" cannot be that: an array is given, expected an array of 2/);
  refused((board) => { board.title = undefined; }, /\/title" is missing/);
  refused((board) => board.tasks.push({ ...task("x"), titel: "x" }), /titel/);
  assert.throws(() => document.update(undefined), /is missing/);
  assert.throws(() => document.update({ ...document.value, notes: undefined }), /\/notes" is missing/);
  const { due, seen, parent, nothing, ...others } = document.value;
  document.update(others);
  assert.deepEqual(document.value, { ...others, due: null, seen: null, parent: null, nothing: null });
});

test("what is no plain value is refused", () => {
  const strange = [
    new Date(0), new Map([["a", 1]]), new Set(["a"]), /x/, Promise.resolve(1), new ArrayBuffer(3), new Error("e"),
    new String("x"), new Float64Array(2), () => 1, Symbol("x"), new Uint8Array(2), NaN, Infinity,
  ];
  for (const value of strange) {
    const error = /\/extra\/deep\/0\/value" cannot be that: .* is given, expected a JSON value/;
    refused((board) => board.extra.set("/deep", [{ value }]), error);
    refused((board) => board.extra.push("/list", value), /expected a JSON value/);
    refused((board) => { board.members = value; }, /\/members" cannot be that: .* is given, expected an array/);
    refused((board) => { board.tasks = value; }, /\/tasks" cannot be that: .* is given, expected an array/);
    refused((board) => { board.labels = value; }, /\/labels" cannot be that: .* is given, expected an object/);
    refused((board) => { board.due = value; }, /\/due" cannot be that: .* is given, expected an object/);
    refused((board) => { board.notes = value; }, /\/notes" cannot be that: .* is given, expected a string/);
    refused((board) => { board.title = value; }, /\/title" cannot be that: /);
    refused((board) => assign(board, { ...valueOf(board), nothing: value }), /\/nothing" cannot be that: /);
  }
  refused((board) => { board.extra = [undefined]; }, /\/extra\/0" is missing/);
  refused((board) => { board.extra = [1, , 2]; }, /\/extra\/1" is missing/);
  refused((board) => { board["by-number"] = { 1: task("one") }; }, /expected a Map/);
  const circle = {};
  circle.circle = circle;
  refused((board) => { board.extra = circle; }, /contains itself/);
});

test("plain values may have been made anywhere", () => {
  const document = filled();
  class Due { day = 5; }
  document.change((board) => {
    board.due = new Due();
    board.extra = Object.assign(Object.create(null), { a: 1, left: undefined });
    board.picture = Buffer.from([1, 2]);
  });
  const { due, extra, picture } = document.value;
  assert.deepEqual([due, extra, picture], [{ day: 5 }, { a: 1 }, new Uint8Array([1, 2])]);
  // As in another window.
  const foreign = runInNewContext("({ json: { a: [1] }, bytes: new Uint8Array([3]), map: new Map() })");
  document.change((board) => {
    board.extra = foreign.json;
    board.picture = foreign.bytes;
    board["by-number"] = foreign.map;
  });
  const { value } = document;
  assert.deepEqual([value.extra, value.picture, value["by-number"].size], [{ a: [1] }, new Uint8Array([3]), 0]);
  BoardDocument.load(runInNewContext("bytes => new Uint8Array(bytes)")([...document.save()]));
});

test("what a getter throws is thrown, and the document is as before", () => {
  const thrown = new Error("from the getter");
  const value = { get a() { throw thrown; } };
  refused((board) => board.extra.set("/x", value), (error) => error === thrown);
  const document = filled();
  assert.throws(() => document.update({ ...document.value, extra: value }), (error) => error === thrown);
  const extra = {
    get a() {
      document.change((board) => { board.title = "in it"; });
      return 1;
    },
  };
  document.update({ ...document.value, extra });
  assert.deepEqual([document.value.title, document.value.extra], ["Plan", { a: 1 }]);
  // Nothing of it is still in use.
  document[Symbol.dispose]();
});

test("a key is one whatever it is called", () => {
  const document = filled();
  const mine = BoardDocument.load(document.save());
  const deltas = [];
  mine.subscribe(({ delta }) => deltas.push(delta));
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const object = (value) => Object.fromEntries(names.map((name) => [name, value]));
  for (const name of names) {
    mine.change((board) => {
      board.labels.set(name, ["a"]);
      board.extra.set(`/${name}`, { admin: true });
    });
    document.apply(mine.export(document.heads()));
  }
  for (const { value } of [mine, document, BoardDocument.load(mine.save())]) {
    assert.deepEqual(Object.keys(value.labels).sort(), ["red", ...names].sort());
    assert.equal(Object.getPrototypeOf(value.labels), Object.prototype);
    assert.equal(Object.getPrototypeOf(value.extra), Object.prototype);
    assert.equal(value.extra.admin, undefined);
    assert.deepEqual(value.extra, { list: [1, 2, 3], text: "x", ...object({ admin: true }) });
  }
  const inserted = names.map((name) => [[name, { inserted: ["a"] }]]);
  assert.deepEqual(deltas.map(({ labels }) => Object.entries(labels)), inserted);
  const parts = [];
  for (const name of names) {
    mine.subscribeTo((board) => board.labels.get(name), () => parts.push(name));
    mine.subscribeTo((board) => board.extra.at(`/${name}`), () => parts.push(name));
  }
  mine.change((board) => {
    board.labels.get("red").push("b");
    board.extra.set("/list/0", 2);
  });
  assert.deepEqual(parts, []);
  mine.update({ ...mine.value, extra: object(object(1)), labels: object([]) });
  assert.deepEqual([mine.value.extra, mine.value.labels], [object(object(1)), object([])]);
  mine.change((board) => board.labels.delete("__proto__"));
  assert.deepEqual(Object.keys(mine.value.labels).sort(), names.slice(1).sort());
});

test("a pointer begins with a slash", () => {
  const error = (given) => new RegExp(`a JSON Pointer is "" or begins with "/", unlike "${given}"`);
  refused((board) => board.extra.at("/list").set("2", 5), error("2"));
  refused((board) => board.extra.text("notes"), error("notes"));
  refused((board) => board.extra.at("list"), error("list"));
  for (const method of ["value", "length", "keys", "remove", "push"]) {
    refused((board) => board.extra[method]("list", 1), error("list"));
  }
  refused((board) => board.extra.insert("list", 0, 1), error("list"));
  refused((board) => board.extra.move("list", 0, 1), error("list"));
  refused((board) => board.extra.idAt("list", 0), error("list"));
  refused((board) => board.extra.positionOf("list", "x"), error("list"));
  refused((board) => board.extra.value(null), /null is given, expected a string/);
});

test("text is a string, and bytes are bytes", () => {
  const text = /is given, expected a string/;
  for (const given of [7, null, undefined, {}, 1n]) {
    refused((board) => board.notes.push(given), text);
    refused((board) => board.notes.insert(0, given), text);
    refused((board) => board.notes.replace(0, 1, given), text);
    refused((board) => board.notes.set(given), /is given, expected a string|is missing/);
    refused((board) => board.tasks.byId(given), text);
    refused((board) => board.labels.set(given, []), text);
    refused((board) => board.members.add(given), text);
    const document = filled();
    assert.throws(() => BoardDocument.join(given), text);
    assert.throws(() => document.positionOf((board) => board.notes, given), text);
    assert.throws(() => document.export([given]), /is given, expected a head \(a string\)/);
    if (given !== undefined) assert.throws(() => document.change(() => {}, { message: given }), text);
    const bytes = /is given, expected bytes/;
    assert.throws(() => document.apply(given), bytes);
    assert.throws(() => BoardDocument.load(given), bytes);
  }
  const document = filled();
  assert.throws(() => document.apply(document.export().slice().buffer), /\(ArrayBuffer\) is given, expected bytes/);
  assert.throws(() => document.change(() => {}, { time: 5 }), /5 is given, expected a time/);
  assert.throws(() => document.change(() => {}, { time: new Date(NaN) }), RangeError);
  refused((board) => board.votes.add("1"), /expected an integer/);
  refused((board) => board.votes.add(1.5), RangeError);
  refused((board) => board["by-number"].get(undefined), /undefined is given, expected a key/);
});

test("a position is one that there can be", () => {
  for (const given of [-1, 0.5, NaN, Infinity, -Infinity, 2 ** 32]) {
    const none = new RegExp(`there is no position ${given}`);
    refused((board) => board.notes.insert(given, "x"), none);
    refused((board) => board.notes.delete(given, given + 1), none);
    refused((board) => board.notes.delete(0, given), none);
    refused((board) => board.tasks.insert(given, task("x")), none);
    refused((board) => board.tasks.delete(given), none);
    refused((board) => board.tasks.move(given, 0), none);
    refused((board) => board.tasks.move(0, given), none);
    refused((board) => board.tasks.idAt(given), none);
    refused((board) => board.extra.insert("/list", given, 1), none);
    refused((board) => board.extra.move("/list", given, 0), none);
    refused((board) => board.extra.idAt("/list", given), none);
    const document = filled();
    assert.throws(() => document.cursor((board) => board.notes, given), none);
    assert.throws(() => document.log(given), none);
    if (!Number.isInteger(given)) refused((board) => board.tasks.at(given), none);
  }
  for (const given of ["1", null, 1n, {}]) {
    refused((board) => board.notes.insert(given, "x"), /is given, expected a position/);
    refused((board) => board.tasks.at(given), /is given, expected a position/);
  }
  refused((board) => board.notes.replace(3, 1, "x"), /the end 1 comes before the start 3/);
  refused((board) => board.tasks.delete(1, 0), /the end 0 comes before the start 1/);
  filled().change((board) => {
    assert.equal(board.tasks.at(-1).title, "one");
    for (const given of [-2, 1, 2 ** 32]) assert.equal(board.tasks.at(given), undefined);
  });
});

test("an editor takes no properties that it does not have", () => {
  for (const set of [
    (board) => { board.titel = "x"; },
    (board) => { board.tasks[0] = "x"; },
    (board) => { board.tasks.at(0).value = "x"; },
    (board) => { board.extra.at("/list").length = 0; },
    (board) => { board.notes.value = ""; },
    (board) => { board.extra.text("/text").value = ""; },
    (board) => { board.due.days = 1; },
    (board) => { board.votes = 3n; },
    (board) => { board.nothing = "x"; },
  ]) refused(set, TypeError);
});

test("a field that reads as a value is no part of its own", () => {
  const document = filled();
  const error = /a string is given, expected an editor \(.*take what it is a field of, or `value`\)/;
  assert.throws(() => document.read((board) => board.title), error);
  assert.throws(() => document.subscribeTo((board) => board.title, () => {}), error);
  assert.throws(() => document.cursor((board) => board.title, 0), error);
  assert.throws(() => document.positionOf((board) => board.title, "x"), error);
  assert.throws(() => valueOf("x"), error);
  refused((board) => assign(board.title, "x"), error);
  assert.equal(document.read((board) => board.parent), undefined);
  assert.throws(() => document.subscribeTo((board) => board.parent, () => {}), /there is no such part/);
});

test("who follows what is optional is told when it is gone, and when it is there again", () => {
  const document = filled();
  document.change((board) => {
    board.maybe.push({ day: 1 });
    board.aside = { list: [1] };
    board.parent = { ...document.value, title: "parent" };
  });
  const told = [];
  const follow = (name, of) => document.subscribeTo(of, ({ value, delta }) => told.push([name, value, delta]));
  follow("due", (board) => board.due);
  follow("maybe", (board) => board.maybe.at(0).get());
  follow("notes", (board) => board.parent.notes);
  follow("aside", (board) => board.aside);
  follow("list", (board) => board.aside.at("/list"));
  const step = (edit) => {
    document.change(edit);
    return told.splice(0);
  };
  assert.deepEqual(step((board) => { board.due.day = 4; }), [["due", { day: 4 }, { day: 4 }]]);
  assert.deepEqual(step((board) => { board.due = null; }), [["due", undefined, null]]);
  assert.deepEqual(step((board) => { board.due = { day: 5 }; }), [["due", { day: 5 }, null]]);
  assert.deepEqual(step((board) => board.maybe.at(0).set(null)), [["maybe", undefined, null]]);
  const typed = [{ retain: 5 }, { insert: "!" }];
  assert.deepEqual(step((board) => board.parent.notes.push("!")), [["notes", "hello!", typed]]);
  assert.deepEqual(step((board) => { board.parent = null; }), [["notes", undefined, null]]);
  const aside = { object: { list: { changed: { array: [{ retain: 1 }, { insert: [2] }] } } } };
  assert.deepEqual(step((board) => board.aside.at("/list").push("", 2)), [
    ["aside", { list: [1, 2] }, aside],
    ["list", [1, 2], { array: [{ retain: 1 }, { insert: [2] }] }],
  ]);
  assert.deepEqual(step((board) => { board.aside = null; }), [["aside", undefined, null], ["list", undefined, null]]);
  document.change((board) => {
    const { due } = board;
    board.due = null;
    assert.equal(valueOf(due), undefined);
    assert.throws(() => { board.due = due; }, /not there any more/);
  });
});

test("a long list is followed", () => {
  const document = BoardDocument.create();
  document.change((board) => { board.extra = new Array(150_000).fill(0); });
  const deltas = [];
  document.subscribe(({ delta }) => deltas.push(delta));
  document.change((board) => board.extra.push("", 1));
  assert.deepEqual(deltas, [{ extra: { array: [{ retain: 150_000 }, { insert: [1] }] } }]);
  assert.deepEqual([document.value.extra.length, document.value.extra[150_000]], [150_001, 1]);
});

test("a value that somebody has written to is read anew", () => {
  const document = filled();
  const seen = [];
  document.subscribe(({ value, delta }) => seen.push([value.tasks.length, delta]));
  document.value.tasks = undefined;
  document.change((board) => board.tasks.push(task("two")));
  document.change((board) => { board.title = "x"; });
  assert.deepEqual(seen, [[2, null], [2, { title: "x" }]]);
});

test("a document that is disposed of is closed, and what is under way is done first", () => {
  const within = BoardDocument.create();
  const told = [];
  within.subscribe(() => told.push("not any more"));
  within.change((board) => {
    board.title = "Plan";
    within[Symbol.dispose]();
    assert.throws(() => within.heads(), /the document is closed/);
  });
  assert.deepEqual(told, []);

  const telling = BoardDocument.create();
  telling.subscribe(() => telling[Symbol.dispose]());
  telling.change((board) => { board.title = "Plan"; });
  assert.equal(telling.value.title, "Plan");

  const failing = BoardDocument.create();
  assert.throws(() => failing.change(() => {
    failing[Symbol.dispose]();
    throw new Error("as it was told to");
  }), /as it was told to/);

  for (const document of [within, telling, failing]) {
    const { id } = document;
    for (let times = 0; times < 2; times += 1) document[Symbol.dispose]();
    for (const call of [
      () => document.change(() => {}), () => document.update(document.value), () => document.undo(), () => document.log(),
      () => document.read((board) => board.notes), () => document.cursor((board) => board.notes, 0), () => document.save(),
    ]) assert.throws(call, /the document is closed/);
    assert.equal(document.id, id);
  }
});
