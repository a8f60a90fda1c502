// Documents of JSON in Node.js.

import assert from "node:assert/strict";
import { test } from "node:test";

import { JsonDocument, assign, bindText, init, valueOf } from "crdt-json";

await init();
// Whoever asks once more is given the same.
await init();

function document(value) {
  const made = JsonDocument.create();
  made.change((json) => json.set("", value));
  return made;
}

/** Follows a document, and holds what it says of its value to the value. */
function followed(document) {
  const seen = [];
  document.subscribe(({ value, delta }) => {
    assert.deepEqual(value, JsonDocument.load(document.save()).value);
    seen.push(delta);
  });
  return seen;
}

test("every kind of value is read, edited and followed", () => {
  const json = document({ list: [1, "x"], object: { a: null } });
  const seen = followed(json);
  const step = (edit) => {
    json.change(edit);
    return seen.at(-1);
  };
  assert.deepEqual(step((json) => json.set("/object/b/c", true)), {
    object: { object: { changed: { object: { b: { inserted: { c: true } } } } } },
  });
  assert.deepEqual(step((json) => json.insert("/list", 1, 1.5, [])), {
    object: { list: { changed: { array: [{ retain: 1 }, { insert: [1.5, []] }] } } },
  });
  step((json) => json.push("/list", { deep: {} }));
  step((json) => json.push("/new/list", 1));
  step((json) => json.move("/list", 0, 2));
  assert.deepEqual(json.value, {
    list: [1.5, [], 1, "x", { deep: {} }],
    new: { list: [1] },
    object: { a: null, b: { c: true } },
  });
  json.change((json) => {
    assert.equal(json.remove("/object/b"), true);
    assert.equal(json.remove("/object/b"), false);
    json.remove("/list/0");
    assert.deepEqual([json.keys("/object"), json.length("/list"), json.value("/list/9")], [["a"], 4, undefined]);
  });
  step((json) => json.text("/note").push("a😀b"));
  assert.deepEqual(step((json) => json.text("/note").replace(3, 4, "c")), {
    object: { note: { changed: { text: [{ retain: 3 }, { insert: "c" }, { delete: 1 }] } } },
  });
  assert.equal(json.value.note, "a😀c");
  json.change((json) => {
    assert.equal(json.text("/list"), undefined);
    assert.equal(json.at("/nowhere"), undefined);
    assign(json.at("/object"), { a: 1 });
    assert.deepEqual(valueOf(json.at("/object")), { a: 1 });
  });
  step((json) => json.set("", [json.value()]));
  assert.equal(json.value[0].note, "a😀c");
  assert.equal(json.undo(), true);
  assert.equal(json.redo(), true);
  assert.equal(json.log().length, 13);
});

test("what cannot be is refused, and nothing of the change is done", () => {
  const json = document({ list: [1], text: "x" });
  const refused = [
    [(json) => json.set("/list/7", 1), /position/],
    [(json) => json.set("/text/a", 1), /string/],
    [(json) => json.set("text", 1), /pointer/i],
    [(json) => json.push("/text", 1), /array/],
    [(json) => json.set("/a", () => {}), /value/],
    [(json) => json.set("/a", 2n ** 80n), /.*/],
    [(json) => json.set("/a", new Uint8Array(1)), /bytes/],
  ];
  for (const [edit, message] of refused) {
    const change = (json) => {
      json.set("/before", 1);
      edit(json);
    };
    assert.throws(() => json.change(change), message);
  }
  const circle = {};
  circle.circle = circle;
  assert.throws(() => json.update(circle), /contains itself/);
  assert.deepEqual(json.value, { list: [1], text: "x" });
  assert.throws(() => JsonDocument.load(new Uint8Array([1, 2, 3])));
  assert.throws(() => JsonDocument.join("no id"));
});

test("an editor of an element and a subscription stay with it, wherever it moves", () => {
  const json = document({ tasks: [{ name: "one" }, { name: "two" }] });
  const seen = [];
  json.subscribeTo((json) => json.at("/tasks/1"), (what) => seen.push(what));
  json.change((json) => json.set("/tasks/0/name", "uno"));
  assert.deepEqual(seen, []);
  json.change((json) => {
    const two = json.at("/tasks/1");
    json.insert("/tasks", 0, { name: "zero" });
    json.move("/tasks", 2, 0);
    two.set("/name", "due");
  });
  assert.deepEqual(json.value.tasks.map(({ name }) => name), ["due", "zero", "uno"]);
  assert.deepEqual(seen, [
    { value: { name: "due" }, delta: { object: { name: { changed: { replaced: "due" } } } }, isOwn: true },
  ]);
  const id = idOf(json, 2);
  json.change((json) => json.move("/tasks", 2, 0));
  json.change((json) => json.set(`/tasks/${id}/done`, true));
  assert.deepEqual(json.value.tasks[0], { done: true, name: "uno" });
  json.change((json) => {
    assert.equal(json.positionOf("/tasks", id), 0);
    json.remove("/tasks/1");
  });
  assert.deepEqual(seen.at(-1), { value: undefined, delta: null, isOwn: true });
});

function idOf(json, position) {
  let id;
  json.change((json) => { id = json.idAt("/tasks", position); });
  return id;
}

test("what people write at the same time merges at every depth", () => {
  const mine = document({ size: { width: 1 }, tasks: [{ name: "a" }] });
  mine.change((json) => json.text("/note").push("Hello"));
  const yours = JsonDocument.join(mine.id);
  yours.apply(mine.export());
  mine.change((json) => { json.set("/size/height", 2); json.text("/note").push(" world"); });
  yours.change((json) => { json.set("/size/depth", 3); json.push("/tasks", { name: "b" }); json.text("/note").insert(0, "> "); });
  const cursor = mine.cursor((json) => json.text("/note"), 5);
  yours.apply(mine.export(yours.heads()));
  mine.apply(yours.export(mine.heads()));
  assert.deepEqual(mine.value, yours.value);
  assert.deepEqual(mine.value, {
    note: "> Hello world", size: { depth: 3, height: 2, width: 1 }, tasks: [{ name: "a" }, { name: "b" }],
  });
  assert.equal(mine.positionOf((json) => json.text("/note"), cursor), 7);
});

test("an element of a page is bound to a text, also to one that is not there yet", () => {
  const json = document({ tasks: [{ name: "one" }, { name: "two" }] });
  const field = new class extends EventTarget {
    value = "";
    selectionStart = 0;
    selectionEnd = 0;
    setSelectionRange(start, end) { [this.selectionStart, this.selectionEnd] = [start, end]; }
    type(text) {
      this.value = this.value.slice(0, this.selectionStart) + text + this.value.slice(this.selectionEnd);
      this.selectionStart = this.selectionEnd = this.selectionStart + text.length;
      this.dispatchEvent(new Event("input"));
    }
  }();
  bindText(field, json, (json) => json.text("/tasks/1/notes"));
  json.change((json) => json.move("/tasks", 1, 0));
  field.type("a😀");
  assert.deepEqual(json.value.tasks[0], { name: "two", notes: "a😀" });
  json.change((json) => { json.text("/tasks/0/notes").insert(0, "> "); });
  assert.deepEqual([field.value, field.selectionStart], ["> a😀", 5]);
  json.change((json) => json.set("/tasks/0/notes", 7));
  assert.equal(field.value, "");
  json.change((json) => json.set("/tasks/0/notes", "again"));
  assert.equal(field.value, "again");
});
