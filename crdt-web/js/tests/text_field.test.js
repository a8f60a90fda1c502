// Elements that show a text, of documents in memory and of such that take their time.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bindText } from "crdt-web";
import { Others, Presence } from "../dist/presence.js";
import { difference } from "../dist/text_delta.js";
import { BoardDocument } from "./board.js";
import { Field } from "./field.js";
import { initSync } from "./pkg/web_board.js";
import { random } from "./random.js";
import { Slow, settled } from "./slow.js";

initSync({ module: readFileSync(new URL("./pkg/web_board_bg.wasm", import.meta.url)) });

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
    { value: "two?", delta: [{ retain: 3 }, { insert: "?" }], isOwn: true },
    { value: "two?!", delta: [{ retain: 4 }, { insert: "!" }], isOwn: true },
    { value: undefined, delta: null, isOwn: true },
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

test("line ends that an element has not are left as they are", () => {
  for (const lineEnds of ["\n", ""]) {
    const mine = BoardDocument.create();
    mine.change((board) => { board.notes = "a\r\n😀\rb\n\r\nc"; });
    const field = new Field(lineEnds);
    bindText(field, mine, (board) => board.notes);
    assert.equal(field.value, ["a", "😀", "b", "", "c"].join(lineEnds));
    const end = field.value.length;
    field.setSelectionRange(end - 1, end - 1);
    field.type("x");
    field.setSelectionRange(1, 1);
    field.type("y");
    assert.equal(mine.value.notes, lineEnds === "" ? "ay\r\n😀\rbx\n\r\nc" : "ay\r\n😀\rb\n\r\nxc");
    mine.change((board) => board.notes.push("\r\nd"));
    assert.deepEqual([field.value.endsWith(`c${lineEnds}d`), field.selectionStart], [true, 2]);
    // What is selected goes, with what the element does not have of it.
    field.setSelectionRange(0, field.value.length);
    field.type("");
    assert.equal(mine.value.notes.replace(/[\r\n]/g, ""), "");
  }
});

/** Somebody before a text that takes its time to be written, and somebody else. */
async function slowly(text) {
  const mine = BoardDocument.create();
  mine.change((board) => { board.notes = text; });
  const yours = BoardDocument.join(mine.id);
  yours.apply(mine.export());
  const [field, slow, errors] = [new Field(), new Slow(mine), []];
  const end = bindText(field, slow, (board) => board.notes, { onError: (error) => errors.push(error) });
  await slow.step();
  const come = () => mine.apply(yours.export(mine.heads()));
  return { mine, yours, field, slow, errors, come, end };
}

test("what is typed while something is written is the next change, at its place", async () => {
  const { mine, yours, field, slow, come } = await slowly("Hello");
  field.setSelectionRange(5, 5);
  field.type(" W");
  field.type("o");
  assert.deepEqual([field.value, mine.value.notes], ["Hello Wo", "Hello"]);
  yours.change((board) => board.notes.insert(0, "😀 "));
  const before = mine.heads();
  await slow.step({
    came: () => {
      come();
      assert.deepEqual([field.value, field.selectionStart], ["😀 Hello Wo", 11]);
      field.type("r");
    },
  });
  assert.notDeepEqual(mine.heads(), before);
  assert.equal(mine.value.notes, "😀 Hello Wor");
  field.type("l");
  yours.apply(mine.export(yours.heads()));
  yours.change((board) => board.notes.delete(0, 3));
  come();
  field.type("d");
  assert.deepEqual([field.value, mine.value.notes], ["Hello World", "Hello Wor"]);
  await slow.step();
  assert.equal(slow.isAsked, false);
  assert.deepEqual([field.value, mine.value.notes, field.selectionStart], ["Hello World", "Hello World", 11]);
});

test("what could not be written stays, and is written with what is typed next", async () => {
  const { mine, yours, field, slow, errors, come } = await slowly("ab");
  field.setSelectionRange(1, 1);
  field.type("1");
  const full = new Error("there is no room");
  await slow.step({ came: () => field.type("2"), failure: full });
  assert.deepEqual([field.value, mine.value.notes, errors, slow.isAsked], ["a12b", "ab", [full], false]);
  yours.change((board) => board.notes.insert(0, "> "));
  come();
  assert.deepEqual([field.value, mine.value.notes, field.selectionStart], ["> a12b", "> ab", 5]);
  await slow.step({ failure: full });
  field.type("3");
  await slow.step();
  assert.deepEqual([field.value, mine.value.notes, errors.length], ["> a123b", "> a123b", 2]);
});

test("what is typed before the text is there is kept", async () => {
  const mine = BoardDocument.create();
  mine.change((board) => { board.notes = "there"; });
  const [field, slow] = [new Field(), new Slow(mine)];
  bindText(field, slow, (board) => board.notes);
  field.type("x");
  assert.equal(slow.isAsked, true);
  await slow.step();
  await slow.step();
  assert.deepEqual([field.value, mine.value.notes, field.selectionStart], ["xthere", "xthere", 1]);
});

test("a binding that ends writes what was typed until then", async () => {
  const { mine, field, slow, end } = await slowly("ab");
  field.setSelectionRange(2, 2);
  field.type("c");
  await slow.step({ came: () => { field.type("d"); end(); } });
  field.type("e");
  while (slow.isAsked) await slow.step();
  assert.equal(mine.value.notes, "abcd");
  mine.change((board) => board.notes.push("!"));
  assert.equal(field.value, "abcde");
});

test("a binding that ends has asked for all that was typed: the document can be closed next", async () => {
  for (const failure of [undefined, new Error("there is no room")]) {
    const { mine, field, slow, errors, end } = await slowly("ab");
    field.setSelectionRange(2, 2);
    field.type("c");
    // It is written, and nobody knows yet.
    const step = slow.step({ failure });
    field.type("d");
    end();
    assert.equal(slow.isAsked, true);
    await step;
    await slow.step();
    assert.deepEqual([mine.value.notes, slow.isAsked, errors], ["abcd", false, failure === undefined ? [] : [failure]]);
    mine.change((board) => board.notes.push("!"));
    assert.equal(field.value, "abcd");
  }
});

test("a text is the same one wherever its element moves", async () => {
  const mine = BoardDocument.create();
  const task = (how) => ({
    title: "", done: false, points: 0, status: { Done: { by: "", how } }, parts: { parts: [] }, tags: [],
  });
  mine.change((board) => board.tasks.push(task("one"), task("two")));
  const [field, slow, errors] = [new Field(), new Slow(mine), []];
  const of = (board) => board.tasks.at(0)?.status.inside("Done")?.how;
  bindText(field, slow, of, { onError: (error) => errors.push(String(error)) });
  await slow.step();
  field.setSelectionRange(3, 3);
  field.type("!");
  await slow.step({ came: () => mine.change((board) => board.tasks.move(0, 1)) });
  assert.deepEqual(mine.value.tasks.map(({ status }) => status.Done.how), ["two", "one!"]);
  // It goes, and what is typed in it then has nowhere to be.
  mine.change((board) => board.tasks.delete(1));
  assert.deepEqual([field.value, errors], ["", []]);
  field.type("?");
  await slow.step();
  assert.equal(errors.length, 1);
  mine.undo();
  assert.equal(field.value, "?one!");
});

test("of two elements with one text each has what is typed into the other", () => {
  const mine = BoardDocument.create();
  const [one, other] = [new Field(), new Field()];
  for (const field of [one, other]) bindText(field, mine, (board) => board.notes);
  one.type("a");
  other.setSelectionRange(1, 1);
  other.type("b");
  assert.deepEqual([one.value, other.value, mine.value.notes], ["ab", "ab", "ab"]);
});

test("whoever is told and writes has others be told in the same order", () => {
  const mine = BoardDocument.create();
  const field = new Field();
  mine.subscribe(({ value: { notes } }) => {
    if (notes.endsWith("?") && !notes.startsWith("¿")) mine.change((board) => board.notes.insert(0, "¿"));
  });
  const seen = [];
  mine.subscribeTo((board) => board.notes, ({ delta }) => seen.push(delta));
  bindText(field, mine, (board) => board.notes);
  field.type("why?");
  assert.deepEqual(seen, [[{ insert: "why?" }], [{ insert: "¿" }]]);
  assert.deepEqual([field.value, mine.value.notes], ["¿why?", "¿why?"]);
});

/** Types with so many milliseconds before each key, by a clock of the test's own. */
function clocked(context) {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  return (field, text, pause = 100) => {
    for (const key of text) {
      now += pause;
      field.type(key);
    }
  };
}

/** What an element shows after each undo, until there is nothing more to undo. */
function undone(document, field) {
  const shown = [];
  while (document.undo()) shown.push(field.value);
  return shown;
}

test("what is typed is undone by words, and by what is typed without a pause", (context) => {
  const type = clocked(context);
  const [mine, field] = [BoardDocument.create(), new Field()];
  bindText(field, mine, (board) => board.notes);
  type(field, "Hello big, wide\n world");
  type(field, "s!", 501);
  const shown = undone(mine, field);
  assert.deepEqual(shown, ["Hello big, wide\n worlds", "Hello big, wide\n world", "Hello big, wide\n ", "Hello big, ", "Hello ", ""]);
  while (mine.redo()) assert.equal(field.value, shown.pop() === "" ? "Hello " : field.value);
  assert.equal(field.value, "Hello big, wide\n worlds!");
});

test("what is typed elsewhere, deleted or pasted is undone by itself", (context) => {
  const type = clocked(context);
  const mine = BoardDocument.create();
  mine.change((board) => { board.notes = "ab"; });
  const field = new Field();
  bindText(field, mine, (board) => board.notes);
  const deleted = (from, to) => {
    field.setSelectionRange(from, to);
    field.type("");
  };
  field.setSelectionRange(2, 2);
  type(field, "cd");
  field.setSelectionRange(0, 0);
  type(field, "xy");
  field.type("pasted");
  type(field, "z");
  for (const at of [9, 8, 7]) deleted(at - 1, at);
  deleted(0, 2);
  type(field, "12");
  assert.equal(field.value, "12pastabcd");
  assert.deepEqual(undone(mine, field), [
    "pastabcd", "xypastabcd", "xypastedzabcd", "xypastedabcd", "xyabcd", "abcd", "ab", "",
  ]);
});

test("what others write is in between, and does not end what is typed together", (context) => {
  const type = clocked(context);
  const [mine, field] = [BoardDocument.create(), new Field()];
  const yours = BoardDocument.join(mine.id);
  bindText(field, mine, (board) => board.notes);
  type(field, "ab");
  yours.apply(mine.export());
  yours.change((board) => board.notes.insert(0, "> "));
  mine.apply(yours.export(mine.heads()));
  type(field, "cd");
  assert.equal(field.value, "> abcd");
  assert.deepEqual(undone(mine, field), ["> "]);
});

test("what else is done in between is undone by itself", (context) => {
  const type = clocked(context);
  const [mine, field] = [BoardDocument.create(), new Field()];
  bindText(field, mine, (board) => board.notes);
  type(field, "ab");
  mine.change((board) => { board.title = "Plan"; });
  type(field, "cd");
  const seen = [];
  while (mine.undo()) seen.push([mine.value.title, field.value]);
  assert.deepEqual(seen, [["Plan", "ab"], ["", "ab"], ["", ""]]);
  // A change of a group that wrote nothing has it begin with the next one.
  const group = {};
  mine.change((board) => { board.title = "Plan"; });
  mine.change(() => {}, { group });
  mine.change((board) => { board.title = "Plan B"; }, { group });
  mine.change((board) => { board.title = "Plan C"; }, { group });
  mine.undo();
  assert.equal(mine.value.title, "Plan");
});

test("the keys for it undo and redo what was done in the document, and the caret is there", (context) => {
  const type = clocked(context);
  const [mine, field] = [BoardDocument.create(), new Field()];
  const yours = BoardDocument.join(mine.id);
  bindText(field, mine, (board) => board.notes);
  type(field, "one two");
  yours.apply(mine.export());
  yours.change((board) => board.notes.push(", three"));
  mine.apply(yours.export(mine.heads()));
  field.setSelectionRange(0, 0);
  assert.equal(field.press("z"), false, "it is not for the element");
  assert.deepEqual([field.value, field.selectionStart], ["one , three", 4]);
  field.press("Z", { shiftKey: true });
  assert.deepEqual([field.value, field.selectionStart], ["one two, three", 7]);
  field.press("z", { ctrlKey: false, metaKey: true });
  field.press("y");
  assert.equal(field.value, "one two, three");
  const menu = Object.assign(new Event("beforeinput", { cancelable: true }), { inputType: "historyUndo" });
  assert.deepEqual([field.dispatchEvent(menu), field.value], [false, "one , three"]);
  for (const pressed of [{ altKey: true }, { ctrlKey: false }]) assert.equal(field.press("z", pressed), true);
  assert.equal(field.press("a"), true);
  assert.equal(field.value, "one , three");
});

test("who has keys for undo keeps them", () => {
  const [mine, field] = [BoardDocument.create(), new Field()];
  bindText(field, mine, (board) => board.notes, { undo: false });
  field.type("a");
  assert.deepEqual([field.press("z"), field.value], [true, "a"]);
  // And who has done it already.
  const other = new Field();
  other.addEventListener("keydown", (event) => event.preventDefault());
  bindText(other, mine, (board) => board.notes);
  other.press("z");
  assert.equal(mine.value.notes, "a");
});

test("nothing is undone in an element in which nothing can be typed", () => {
  for (const name of ["readOnly", "disabled"]) {
    const [mine, field] = [BoardDocument.create(), new Field()];
    bindText(field, mine, (board) => board.notes);
    field.type("a");
    field[name] = true;
    assert.deepEqual([field.press("z"), mine.value.notes], [true, "a"]);
    field[name] = false;
    assert.deepEqual([field.press("z"), mine.value.notes], [false, ""]);
  }
});

test("an element that is bound anew shows the other text, and what was typed is written", async () => {
  const { mine, field, slow, end } = await slowly("ab");
  field.setSelectionRange(2, 2);
  field.type("c");
  const other = BoardDocument.create();
  other.change((board) => { board.notes = "other"; });
  const endOther = bindText(field, other, (board) => board.notes);
  assert.equal(field.value, "other");
  field.type("!");
  await slow.step();
  end();
  mine.change((board) => board.notes.push("?"));
  assert.deepEqual([field.value, other.value.notes, mine.value.notes], ["other!", "other!", "abc?"]);
  endOther();
  field.type("?");
  assert.equal(other.value.notes, "other!");
});

test("an element that does not say where its caret is cannot be bound", () => {
  const [mine, field] = [BoardDocument.create(), new Field()];
  Object.assign(field, { type: "email", selectionStart: null, value: "what it has" });
  assert.throws(() => bindText(field, mine, (board) => board.notes), /text, search, url, tel or password, and not of type email/);
  assert.equal(field.value, "what it has");
});

test("an undo waits for what was typed before it", async () => {
  const { mine, field, slow } = await slowly("ab");
  field.setSelectionRange(2, 2);
  field.type("c");
  await slow.step({ came: () => { field.type("d"); field.press("z"); } });
  assert.equal(mine.value.notes, "abcd");
  await slow.step();
  assert.deepEqual([field.value, mine.value.notes], ["ab", "ab"]);
  assert.equal(slow.isAsked, false);
});

/** A document in which others are, who see what is shown last. */
function shared(mine) {
  const shown = [];
  const presence = new Presence((what) => shown.push(what));
  const document = {
    change: (edit, options) => mine.change(edit, options),
    subscribeTo: (of, callback) => mine.subscribeTo(of, callback),
    cursor: async (of, position) => String(position),
    positionOf: async (of, cursor) => Number(cursor),
    others: () => () => {},
    showCaret: (field, caret, besides) => presence.caret(field, caret, besides ?? {}),
  };
  const last = async () => {
    await settled();
    const [{ caret, ...besides } = {}] = [shown.at(-1)];
    return [besides, caret && [caret.text, Number(caret.start), Number(caret.end)]];
  };
  return { document, presence, shown, last };
}

test("a caret is shown while its element has the focus", async () => {
  const mine = BoardDocument.create();
  mine.change((board) => { board.notes = "Hello"; });
  const { document, shown, last } = shared(mine);
  const bind = () => {
    const field = new Field();
    return { field, end: bindText(field, document, (board) => board.notes, { carets: { onOthers: () => {} } }) };
  };
  const [one, other] = [bind(), bind()];
  const select = ({ field }, at) => {
    field.setSelectionRange(at, at);
    field.dispatchEvent(new Event("select"));
  };
  select(one, 2);
  mine.change((board) => { board.notes.push("!"); });
  await settled();
  assert.deepEqual(shown, [], "nobody has been there");
  one.field.focus();
  assert.deepEqual(await last(), [{}, ["/notes", 2, 2]]);
  // The other one is not where the caret is.
  select(other, 0);
  other.field.focus(false);
  other.field.type("x");
  assert.deepEqual(await last(), [{}, ["/notes", 2, 2]], "it is what it was");
  one.field.focus(false);
  await settled();
  assert.equal(shown.at(-1), undefined, "nothing else is shown");
  other.field.focus();
  assert.deepEqual(await last(), [{}, ["/notes", 1, 1]]);
  // One that goes without a word takes only its own caret with it.
  one.field.focus();
  await settled();
  other.end();
  assert.deepEqual(await last(), [{}, ["/notes", 3, 3]]);
  one.end();
  await settled();
  assert.equal(shown.at(-1), undefined);
});

test("there is no caret in a document that is closed, which is no error", async (context) => {
  const errors = [];
  context.mock.method(globalThis, "queueMicrotask", (report) => errors.push(report));
  const { document } = shared(BoardDocument.create());
  document.cursor = async () => { throw new Error("the document is closed"); };
  const field = new Field();
  const end = bindText(field, document, (board) => board.notes, { carets: { onOthers: () => {} } });
  field.focus();
  await settled();
  end();
  assert.deepEqual(errors, []);
});

test("no caret is shown in a page that nobody sees", async (context) => {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible", hasFocus: () => true });
  globalThis.document = page;
  context.after(() => { delete globalThis.document; });
  const mine = BoardDocument.create();
  const { document, last } = shared(mine);
  const field = new Field();
  field.focus();
  const end = bindText(field, document, (board) => board.notes, { carets: { presence: { name: "Ann" }, onOthers: () => {} } });
  assert.deepEqual(await last(), [{ name: "Ann" }, ["/notes", 0, 0]], "it had the focus before");
  for (const [state, caret] of [["hidden", undefined], ["visible", ["/notes", 0, 0]]]) {
    page.visibilityState = state;
    page.dispatchEvent(new Event("visibilitychange"));
    assert.deepEqual(await last(), [{ name: "Ann" }, caret]);
  }
  end();
  page.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(await last(), [{ name: "Ann" }, undefined]);
});

test("a caret is shown with whatever else is", async () => {
  const mine = BoardDocument.create();
  const { document, presence, shown, last } = shared(mine);
  const field = new Field();
  bindText(field, document, (board) => board.notes, { carets: { presence: { name: "Ann", age: 7 }, onOthers: () => {} } });
  field.focus();
  assert.deepEqual(await last(), [{ name: "Ann", age: 7 }, ["/notes", 0, 0]]);
  presence.say({ name: "Bobby" });
  assert.deepEqual(await last(), [{ name: "Bobby", age: 7 }, ["/notes", 0, 0]]);
  field.type("a");
  assert.deepEqual(await last(), [{ name: "Bobby", age: 7 }, ["/notes", 1, 1]]);
  presence.hide();
  field.type("b");
  await settled();
  assert.equal(shown.at(-1), undefined);
  for (const said of [7, null, [], "here"]) {
    presence.say(said);
    assert.deepEqual(shown.at(-1), said, "there is no place in it");
  }
  presence.say({});
  assert.deepEqual(await last(), [{ name: "Ann", age: 7 }, ["/notes", 2, 2]]);
});

test("what cannot be shown leaves what was shown", () => {
  let isFull = false;
  const shown = [];
  const presence = new Presence((what) => {
    if (isFull) throw new Error("show less");
    shown.push(what);
  });
  presence.say({ name: "Ann" });
  isFull = true;
  assert.throws(() => presence.say({ name: "Ann, who goes on" }), /show less/);
  isFull = false;
  presence.caret({}, "here", {});
  assert.deepEqual(shown.at(-1), { name: "Ann", caret: "here" });
});

test("however many want to know who is there, it is asked for once", async () => {
  const begun = [];
  const others = new Others((hear) => begun.push(hear));
  const heard = [[], [], []];
  const end = heard.map((heard) => others.subscribe((...who) => heard.push(who)));
  end[2]();
  await settled();
  begun[0]("ann", 1);
  begun[0]("bob", null);
  begun[0]("ann", undefined);
  end[0]();
  begun[0]("bob", 2);
  const late = [];
  others.subscribe((...who) => late.push(who));
  assert.deepEqual(late, [], "not before it has what ends it");
  await settled();
  assert.equal(begun.length, 1);
  assert.deepEqual(heard[0], [["ann", 1], ["bob", null], ["ann", undefined]]);
  assert.deepEqual([heard[1], heard[2], late], [[...heard[0], ["bob", 2]], [], [["bob", 2]]]);
});

/** People who type at random, each before an element of a slow document, and what has to come of it. */
class Typing {
  people = [];
  /** Each character that was typed is another one, and was typed between two. */
  typed = new Map();
  /** Of whose being there nobody knows any more. */
  deleted = new Set();

  constructor(next, bind = bindText) {
    this.next = next;
    this.bind = bind;
  }

  async join(mine) {
    const person = { mine, field: new Field(), slow: new Slow(mine), isComposing: false, form: [] };
    this.bind(person.field, person.slow, (board) => board.notes, { onError: () => {} });
    await person.slow.step();
    this.people.push(person);
  }

  /** A character of one code unit or of two, as it is typed by somebody. */
  char(field) {
    const number = this.typed.size;
    const char = String.fromCodePoint((number % 2 === 0 ? 0x4e00 : 0x20000) + number);
    const left = [...field.value.slice(0, field.selectionStart)].at(-1);
    const right = [...field.value.slice(field.selectionEnd)][0];
    this.typed.set(char, { left, right });
    return char;
  }

  /** Selects something, mostly nothing: whole characters. */
  select(field) {
    const chars = [...field.value];
    const from = this.next(chars.length + 1);
    const to = this.next(3) === 0 ? Math.min(chars.length, from + this.next(3)) : from;
    const units = (count) => chars.slice(0, count).join("").length;
    field.setSelectionRange(units(from), units(to));
    for (const char of chars.slice(from, to)) this.deleted.add(char);
  }

  async act(person) {
    const { field, slow, mine } = person;
    const what = this.next(12);
    if (what < 5 && !person.isComposing) {
      if (this.next(2) === 0) this.select(field);
      field.type(this.char(field));
    } else if (what === 5 && !person.isComposing) {
      this.select(field);
      field.type("");
    } else if (what === 6) {
      this.compose(person);
    } else if (what < 10) {
      const others = this.people.filter((other) => other !== person && this.next(2) === 0);
      const come = () => { for (const other of others) mine.apply(other.mine.export(mine.heads())); };
      if (this.next(2) === 0) come();
      else await slow.step({ came: come, failure: this.next(6) === 0 ? new Error("full") : undefined });
    } else {
      mine.change((board) => board.notes.insert(0, ""));
      await settled();
    }
  }

  compose(person) {
    const { field } = person;
    if (!person.isComposing) {
      this.select(field);
      person.form = [this.char(field)];
      field.begin();
    } else {
      for (const char of person.form) this.deleted.add(char);
      field.setSelectionRange(field.from, field.selectionEnd);
      person.form = [this.char(field)];
    }
    field.become(person.form[0]);
    person.isComposing = this.next(3) !== 0;
    if (!person.isComposing) field.done();
  }

  async end() {
    for (const { field, isComposing } of this.people) if (isComposing) field.done();
    for (let round = 0; round < 3; round += 1) {
      for (const { mine, field, slow } of this.people) {
        // What failed is written with what is typed next.
        if (!slow.isAsked) field.type("");
        while (slow.isAsked) await slow.step();
        for (const other of this.people) other.mine.apply(mine.export(other.mine.heads()));
      }
    }
  }

  check() {
    const notes = this.people[0].mine.value.notes;
    for (const { mine, field } of this.people) {
      assert.deepEqual([field.value, mine.value.notes], [notes, notes]);
    }
    const places = new Map([...notes].map((char, place) => [char, place]));
    assert.equal(places.size, [...notes].length);
    for (const [char, { left, right }] of this.typed) {
      const place = places.get(char);
      if (!this.deleted.has(char)) assert.notEqual(place, undefined, `${char} was lost`);
      if (place === undefined) continue;
      assert.ok(!(places.get(left) > place), `${char} was typed behind ${left}`);
      assert.ok(!(places.get(right) < place), `${char} was typed before ${right}`);
    }
  }
}

/** Two or three people type for a while, and what comes of it is checked. */
async function typed(seed, bind) {
  const next = random(seed);
  const typing = new Typing(next, bind);
  const first = BoardDocument.create();
  await typing.join(first);
  for (let more = 1 + next(2); more > 0; more -= 1) await typing.join(BoardDocument.join(first.id));
  for (let step = 0; step < 60; step += 1) await typing.act(typing.people[next(typing.people.length)]);
  await typing.end();
  typing.check();
}

test("whatever comes in between, nothing that was typed is lost or elsewhere", async () => {
  for (let seed = 0; seed < 300; seed += 1) {
    await typed(seed, bindText).catch((error) => {
      throw new Error(`with seed ${seed}`, { cause: error });
    });
  }
});

/** Binds as if nothing came in between: what differs is written where it was typed. */
function bindHastily(field, document, of) {
  let shown = "";
  const show = ({ value }) => { field.value = shown = value; };
  document.subscribeTo(of, show);
  field.addEventListener("input", () => {
    const runs = difference(shown, field.value, field.selectionEnd);
    shown = field.value;
    const write = (board) => {
      let at = 0;
      for (const run of runs) {
        if ("insert" in run) of(board).insert(at, run.insert);
        if ("delete" in run) of(board).delete(at, at + run.delete);
        at += run.retain ?? run.insert?.length ?? 0;
      }
    };
    document.change(write, { isAlone: true }).catch(() => {});
  });
}

test("the control: a binding that takes no account of what comes in between is found out", async () => {
  let found = 0;
  for (let seed = 0; seed < 20; seed += 1) await typed(seed, bindHastily).catch(() => { found += 1; });
  assert.ok(found > 15, `${found} of 20`);
});
