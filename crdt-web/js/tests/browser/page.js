// What is done in a page, each by its name; `stored.test.js` asks for it.

import { bindText } from "crdt-web";

import { BoardDocument, openStore } from "../board.js";
import { Field } from "../field.js";
import init from "../pkg/web_board.js";

function equal(found, expected) {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`found ${a} instead of ${b}`);
}

async function fails(promise, message) {
  const error = await promise.then(() => undefined, (error) => error);
  if (!String(error).includes(message)) throw new Error(`instead of "${message}": ${error}`);
}

/** The name of the error that comes of something. */
const nameOf = (asked) => asked.then(() => undefined, ({ name }) => name);

/** Waits until something is so, for ten seconds. */
async function until(what, isSo) {
  for (let left = 500; left > 0; left -= 1) {
    if (isSo()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`it never came to be that ${what}`);
}

/** A store of a name that no earlier run has used. */
const run = `${Date.now()} ${Math.random()}`;
const named = (name) => openStore(`${name} ${run}`);

const tests = {
  async kept() {
    const store = await named("kept");
    const board = await store.create(BoardDocument);
    const seen = [];
    board.subscribe(({ value, delta }) => {
      equal(value === board.value, true);
      seen.push(delta);
    });
    await board.change((board) => { board.title = "Plan"; });
    equal(board.value.title, "Plan");
    equal(seen, [{ title: "Plan" }]);
    await board.change((board) => board.notes.push("a😀b"));
    const cursor = await board.cursor((board) => board.notes, 3);
    await board.change((board) => board.notes.insert(0, ">"));
    equal(await board.positionOf((board) => board.notes, cursor), 4);
    equal(await board.read((board) => board.notes), ">a😀b");
    equal(await board.undo(), true);
    equal(board.value.notes, "a😀b");
    equal(await board.redo(), true);
    equal(await board.redo(), false);
    await board.update({ ...board.value, title: "Plan B" });
    equal(board.value.title, "Plan B");
    const { id, author } = board;
    await board.close();

    const again = await named("kept");
    equal(again.author, author);
    await again.setTitle(id, "The plan");
    const [listing, ...others] = await again.documents();
    equal([listing.id, listing.title, listing.type, others.length], [id, "The plan", "Board", 0]);
    const opened = await again.open(BoardDocument, id);
    equal([opened.value.title, opened.value.notes], ["Plan B", ">a😀b"]);
    const copy = BoardDocument.load(await opened.save());
    equal(copy.value.title, "Plan B");
    copy.change((board) => board.notes.push("!"));
    await opened.apply(copy.export(await opened.heads()));
    equal(opened.value.notes, ">a😀b!");
    await again.remove(id);
    equal((await again.documents()).length, 0);
    await fails(again.open(BoardDocument, id), "removed");
  },

  async typed() {
    const store = await named("typed");
    const board = await store.create(BoardDocument);
    const typed = [..."typed while one commits"].map((key) => board.change((board) => board.notes.push(key)));
    const failing = board.change((board) => {
      board.notes.push("never");
      throw new Error("not this one");
    });
    const after = board.change((board) => board.notes.push("."));
    await fails(failing, "not this one");
    await Promise.all([...typed, after]);
    equal(board.value.notes, "typed while one commits.");
    await fails(board.change(async (board) => board.notes.push("late")), "have it be no `async` one");
    equal(board.value.notes, "typed while one commits.");

    // Those that are asked for at once are few changes.
    const changes = async () => (await store.documents())[0].changes;
    const before = await changes();
    const many = [];
    for (let edit = 0; edit < 200; edit += 1) many.push(board.change((board) => board.votes.add(1n)));
    await Promise.all(many);
    equal(String(board.value.votes), "200");
    const written = await changes() - before;
    if (written < 1 || written > 5) throw new Error(`200 keystrokes were ${written} changes`);
  },

  async undone() {
    const store = await named("undone");
    const board = await store.create(BoardDocument);
    const group = {};
    const write = (text) => board.change((board) => board.notes.push(text), { group });
    // Each in its turn, also what is asked for while something is being made durable.
    const typed = ["a", "b", "c"].map(write);
    const undone = board.undo();
    const later = [board.change((board) => { board.title = "Plan"; }), write("d"), write("e")];
    await Promise.all([...typed, undone, ...later]);
    equal([board.value.notes, board.value.title, await undone], ["de", "Plan", true]);
    await write("f");
    const seen = [];
    while (await board.undo()) seen.push(board.value.title + board.value.notes);
    equal(seen, ["Plan", ""]);
    equal([await board.redo(), await board.redo()], [true, true]);
    // What waits when it is closed is written all the same.
    const { id } = board;
    void write("!");
    void write("?");
    await board.close();
    const again = await store.open(BoardDocument, id);
    equal(again.value.notes, "def!?");
  },

  async closed(relay) {
    const store = await named("closed");
    const make = async () => {
      const board = await store.create(BoardDocument);
      return [board, board.id];
    };
    const isClosed = (asked) => fails((async () => asked())(), "the document is closed");
    // What was asked for before is done first, and nothing after it.
    const [board, id] = await make();
    const asked = [1n, 2n].map((by) => board.change((board) => board.votes.add(by), { isAlone: true }));
    const others = [board.undo(), board.read((board) => board.votes), board.save(), board.update({ ...board.value, votes: 7n })];
    const syncing = board.synced();
    const closing = board.close();
    await isClosed(() => syncing);
    equal([board.close() === closing, await Promise.race([closing, "not yet"])], [true, "not yet"]);
    await isClosed(() => board.change((board) => { board.title = "late"; }));
    const kept = [];
    for (const promise of [...asked, ...others]) promise.then(() => kept.push(1));
    await closing;
    equal(kept.length, 6);
    board[Symbol.dispose]();
    await board.close();
    equal([board.id, String(board.value.votes)], [id, "7"]);
    const [nothing, notes] = [() => {}, (board) => board.notes];
    const all = {
      read: [notes], change: [nothing], update: [board.value], subscribeTo: [notes, nothing], cursor: [notes, 0],
      positionOf: [notes, ""], undo: [], redo: [], heads: [], log: [], apply: [new Uint8Array()], export: [], save: [], synced: [],
      relays: [], show: [7],
    };
    for (const [name, given] of Object.entries(all)) await isClosed(() => board[name](...given));
    // Whoever only listens, as a component does that is shown again, hears nothing.
    board.subscribe(nothing)();
    board.others(nothing)();
    board.hide();
    board.showCaret({}, 7);
    const again = await store.open(BoardDocument, id);
    equal([String(again.value.votes), again.value.title], ["7", ""]);

    // Wherever that is done.
    const [within, withinId] = await make();
    await within.change((board) => {
      board.title = "before";
      within[Symbol.dispose]();
      board.notes = "behind";
    });
    await isClosed(() => within.undo());
    await within.close();
    const [telling] = await make();
    telling.subscribe(() => telling[Symbol.dispose]());
    await telling.change((board) => { board.title = "told"; });
    await isClosed(() => telling.change(nothing));
    const opened = await store.open(BoardDocument, withinId);
    equal([opened.value.title, opened.value.notes], ["before", "behind"]);
    // An error of what is given keeps nothing from being done.
    await fails(opened.change(nothing, { time: "now" }), "a string is given, expected a time (Date)");
    const later = ["later", "last"].map((title) => opened.change((board) => { board.title = title; }, null));
    await Promise.all(later);

    // Documents stay when their store is closed; relays do not.
    const [waiting, states] = [opened.synced(), []];
    store.connect(relay, ({ state }) => states.push(state));
    for (let times = 0; times < 2; times += 1) store[Symbol.dispose]();
    const isOver = (asked) => fails((async () => asked())(), "the store is closed");
    await isOver(() => waiting);
    await isOver(() => opened.synced());
    const stores = {
      create: [BoardDocument], open: [BoardDocument, id], join: [BoardDocument, id], documents: [], setTitle: [id, ""], remove: [id],
      connect: [relay], send: [store.author, new Uint8Array()], messages: [nothing],
    };
    for (const [name, given] of Object.entries(stores)) await isOver(() => store[name](...given));
    await store.disconnect();
    dispatchEvent(new Event("online"));
    await until("it is not connected any more", () => states.at(-1) === "closed");
    await opened.change((board) => { board.title = "without it"; });
    equal(opened.value.title, "without it");
  },

  async checked() {
    const store = await named("checked");
    const board = await store.create(BoardDocument);
    const refuses = async (ask, message) => {
      const error = await (async () => ask())().then(() => undefined, (error) => error);
      if (!(error instanceof TypeError && error.message.includes(message))) throw new Error(`instead of "${message}": ${error}`);
    };
    await refuses(() => openStore(5), "5 is given, expected the name of a store (a string)");
    for (const name of ["open", "join"]) {
      await refuses(() => store[name](BoardDocument, 5), "5 is given, expected the id of a document (a string)");
      await refuses(() => store[name](BoardDocument, "nonsense"), '"nonsense" is not the id of a document');
    }
    await refuses(() => store.remove(null), "null is given, expected the id of a document (a string)");
    await refuses(() => store.setTitle(board.id, {}), "an object is given, expected a title (a string)");
    await refuses(() => store.connect(5), "5 is given, expected the address of a relay (a string)");
    await refuses(() => store.send(board.author, new ArrayBuffer(1)), "an object (ArrayBuffer) is given, expected what a message has (Uint8Array)");
    await refuses(() => board.apply([1]), "an array is given, expected what another replica exported (Uint8Array)");
    await refuses(() => board.export([1]), "1 is given, expected a head (a string)");
    await refuses(() => board.show(undefined), "JSON");
    await store.setTitle(board.id, null);
  },

  /** Errors of a store say by their name which they are. */
  async names() {
    const store = await named("names");
    const board = await store.create(BoardDocument);
    equal(await nameOf(store.open(BoardDocument, "0".repeat(64))), "UnknownDocument");
    await store.remove(board.id);
    equal(await nameOf(store.open(BoardDocument, board.id)), "Removed");
    equal(await nameOf(board.change((board) => { board.title = "Plan"; })), "Removed");
  },

  /** The database is removed while a page has it open. */
  async cleared() {
    const name = `cleared ${run}`;
    const store = await openStore(name);
    const board = await store.create(BoardDocument);
    await board.change((board) => { board.title = "Plan"; });
    await new Promise((done, failed) => {
      const removing = indexedDB.deleteDatabase(name);
      removing.onsuccess = done;
      removing.onblocked = removing.onerror = () => failed(new Error("it is not removed"));
    });
    equal(await nameOf(board.change((board) => { board.title = "more"; })), "InvalidStateError");
    equal(await nameOf(store.documents()), "InvalidStateError");
    // What is in memory is there, and goes on by another key.
    equal(board.value.title, "Plan");
    const again = await openStore(name);
    equal([await again.documents(), again.author === store.author], [[], false]);
    const restored = await again.join(BoardDocument, board.id);
    await restored.apply(await board.export());
    await restored.change((board) => board.notes.push("on"));
    equal([restored.value.title, restored.value.notes], ["Plan", "on"]);
  },

  async batch() {
    const store = await named("batch");
    const board = await store.create(BoardDocument);
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); };
    const calls = [0, 0, 0, 0];
    const asked = calls.map((_, nth) => board.change((board) => {
      calls[nth] += 1;
      board.votes.add(1n);
    }));
    const errors = await Promise.all(asked.map(nameOf));
    IDBObjectStore.prototype.put = put;
    equal(errors, ["Full", "Full", "Full", "Full"]);
    equal(calls, [1, 1, 1, 1]);
    await board.change((board) => board.votes.add(1n));
    equal(String(board.value.votes), "1");
  },

  async told() {
    const [here, there] = [await named("told"), await named("told")];
    const board = await here.create(BoardDocument);
    const other = await there.open(BoardDocument, board.id);
    const seen = [];
    await board.subscribeTo((board) => board.notes, ({ delta, isOwn }) => seen.push({ delta, isOwn }));
    await board.change((board) => board.notes.push("a"));
    for (let round = 0; round < 20; round += 1) {
      const told = seen.length;
      await other.change((board) => board.notes.insert(0, "b"));
      // It may or may not have come by itself, and has when the function is called.
      await board.change((board) => {
        equal(seen.slice(told), [{ delta: [{ insert: "b" }], isOwn: false }]);
        board.notes.push("c");
      });
      equal(seen.slice(told + 1), [{ delta: [{ retain: 2 * round + 2 }, { insert: "c" }], isOwn: true }]);
    }
    const told = seen.length;
    await Promise.all([board.undo(), board.update({ ...board.value, notes: "x" }), board.redo()]);
    equal(seen.slice(told).every(({ isOwn }) => isOwn), true);
    await board.apply(await other.export());
    await board.change((board) => board.title = "said", { message: "why", time: new Date(7) });
    const [last, before] = await board.log(2);
    equal([last.message, last.time, last.author], ["why", new Date(7), board.author]);
    equal([before.message, before.time], [null, null]);
    equal((await board.log()).length, (await here.documents())[0].changes);
  },

  async throwing() {
    const board = await (await named("throwing")).create(BoardDocument);
    const [errors, seen] = [[], []];
    addEventListener("error", (event) => {
      errors.push(event.error.message);
      event.preventDefault();
    });
    board.subscribe(() => { throw new Error("of the callback"); });
    board.subscribe(({ value }) => seen.push(value.title));
    await board.change((board) => { board.title = "Plan"; });
    equal([board.value.title, seen], ["Plan", ["Plan"]]);
    await until("nobody has caught it", () => errors.length > 0);
    equal(errors, ["of the callback"]);
  },

  async field() {
    const [here, there] = [await named("field"), await named("field")];
    const board = await here.create(BoardDocument);
    const other = await there.open(BoardDocument, board.id);
    const fields = [new Field(), new Field()];
    const ends = [board, other].map((board, nth) => bindText(fields[nth], board, (board) => board.notes));
    const bothHave = (text) => until(`both have ${text}`, () => {
      return [...fields.map(({ value }) => value), board.value.notes, other.value.notes].every((it) => it === text);
    });
    for (const key of "Hello 😀 world") fields[0].type(key);
    equal(fields[0].value, "Hello 😀 world");
    await bothHave("Hello 😀 world");
    // Both type at once, for as long as many changes take, each of the other's text in between.
    const type = async (field, at, text) => {
      field.setSelectionRange(at, at);
      for (const key of text) {
        field.type(key);
        await new Promise((done) => setTimeout(done, 3));
      }
    };
    const [front, back] = ["a".repeat(60), "é".repeat(60)];
    await Promise.all([type(fields[0], 5, front), type(fields[1], 14, back)]);
    await bothHave(`Hello${front} 😀 world${back}`);
    // A character is composed while the other one writes.
    fields[0].setSelectionRange(5, 65);
    fields[0].begin();
    fields[0].become("´");
    fields[1].setSelectionRange(0, 0);
    fields[1].type(">");
    await until("it is here", () => board.value.notes.startsWith(">"));
    equal(fields[0].value, `Hello´ 😀 world${back}`);
    fields[0].become("é");
    fields[0].done();
    await bothHave(`>Helloé 😀 world${back}`);
    fields[0].type("!");
    ends[0]();
    await until("it is there", () => other.value.notes === `>Helloé! 😀 world${back}`);
  },

  async lines() {
    const store = await named("lines");
    const board = await store.create(BoardDocument);
    await board.change((board) => board.notes.push("a\r\n😀\rb"));
    const [area, line] = ["textarea", "input"].map((name) => document.createElement(name));
    for (const field of [area, line]) bindText(field, board, (board) => board.notes);
    await until("both show it", () => area.value === "a\n😀\nb" && line.value === "a😀b");
    const type = (field, at, text) => {
      field.setRangeText(text, at, at, "end");
      field.dispatchEvent(new Event("input"));
    };
    type(area, 5, "x");
    type(line, 3, "y");
    await until("both are kept", () => board.value.notes.length === 9);
    equal(board.value.notes, "a\r\n😀y\rxb");
    await until("both show both", () => area.value === "a\n😀y\nxb" && line.value === "a😀yxb");
    equal([area.selectionStart, line.selectionStart], [7, 4]);
  },

  async elements() {
    const board = await (await named("elements")).create(BoardDocument);
    await board.change((board) => board.notes.push("text"));
    const notes = (board) => board.notes;
    const input = (type) => Object.assign(document.createElement("input"), { type });
    for (const type of ["text", "search", "url", "tel", "password"]) {
      const field = input(type);
      const end = bindText(field, board, notes);
      await until("it shows it", () => field.value === "text");
      end();
    }
    const refused = ["email", "number", "date", "checkbox"].map(input);
    for (const field of [...refused, document.createElement("select"), document.body, null]) {
      await fails((async () => bindText(field, board, notes))(), `and not of type ${field?.type}`);
    }
    // What a form gives back is what is there, whoever asks for it.
    const form = document.createElement("form");
    const [area, line, reset] = [document.createElement("textarea"), input("text"), input("reset")];
    form.append(area, line, reset);
    document.body.append(form);
    const fields = [area, line];
    const ends = fields.map((field) => bindText(field, board, notes));
    await until("both show it", () => fields.every(({ value }) => value === "text"));
    const type = (field, text) => {
      field.setRangeText(text, field.value.length, field.value.length, "end");
      field.dispatchEvent(new Event("input"));
    };
    for (const [nth, ask] of [() => form.reset(), () => reset.click()].entries()) {
      type(area, `${nth}`);
      await until("both show it", () => fields.every(({ value }) => value === board.value.notes && value.endsWith(`${nth}`)));
      type(area, "!");
      ask();
      equal(area.value.endsWith(`${nth}!`), true);
      type(area, "?");
      await until("all is there", () => fields.every(({ value }) => value === board.value.notes && value.endsWith("!?")));
    }
    equal(board.value.notes, "text0!?1!?");
    for (const end of ends) end();
    form.remove();
  },

  async full() {
    const store = await named("full");
    const board = await store.create(BoardDocument);
    const [field, errors] = [new Field(), []];
    bindText(field, board, (board) => board.notes, { onError: (error) => errors.push(String(error)) });
    field.type("a");
    await until("it is kept", () => board.value.notes === "a");
    // What a browser does when there is no room.
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); };
    field.type("b");
    await until("that is said", () => errors.length > 0);
    equal([errors.length, field.value, board.value.notes], [1, "ab", "a"]);
    IDBObjectStore.prototype.put = put;
    field.type("c");
    await until("it is kept", () => board.value.notes === "abc");
    equal(field.value, "abc");
  },

  async online() {
    const store = await named("online");
    const seen = [];
    // How long it waits is random: these numbers are such that it soon waits for long.
    crypto.getRandomValues = (numbers) => numbers.fill(119);
    // Nobody is there.
    store.connect("ws://127.0.0.1:9", (status) => seen.push(status));
    await until("it is not dialed for a while", () => (seen.at(-1)?.wait ?? 0) > 4000);
    delete crypto.getRandomValues;
    const count = seen.length;
    globalThis.dispatchEvent(new Event("online"));
    // What was begun less than a second before is not begun anew.
    await new Promise((later) => setTimeout(later, 3000));
    equal(seen[count]?.state, "connecting");
    await store.disconnect();
    globalThis.dispatchEvent(new Event("online"));
  },

  async messages(relay) {
    const [alice, bob] = [await named("alice says"), await named("bob hears")];
    const [answers, offers, unheard] = [[], [], []];
    alice.messages((from, bytes) => answers.push([from, ...bytes]));
    const refuses = (send, why) => fails((async () => send())(), why);
    await refuses(() => alice.send(bob.author, Uint8Array.of(1)), "no relay is connected");
    const connected = async (store) => {
      const seen = [];
      store.connect(relay, ({ state }) => seen.push(state));
      await until("it is connected", () => seen.includes("connected"));
    };
    await Promise.all([alice, bob].map(connected));
    bob.messages((from, bytes) => offers.push([from, ...bytes]));
    bob.messages((from, bytes) => unheard.push([from, ...bytes]))();
    // Until it comes: a relay may not know yet that somebody is there who knows that it is.
    const sent = (from, to, bytes, heard) => until("it comes", () => {
      if (heard.length === 0) from.send(to, Uint8Array.from(bytes));
      return heard.length > 0;
    });
    await sent(alice, bob.author, [1, 2], offers);
    await sent(bob, offers[0][0], [3], answers);
    equal([offers[0], answers[0], unheard], [[alice.author, 1, 2], [bob.author, 3], []]);
    // Who is told goes on being told on other connections.
    await alice.disconnect();
    await connected(alice);
    answers.length = 0;
    await sent(bob, alice.author, [4], answers);
    await refuses(() => bob.send("nobody", Uint8Array.of(5)), "hexadecimal digit");
    await refuses(() => bob.send(alice.author, new Uint8Array(8193)), "send several");
  },

  async handles(isOne) {
    const here = await named("handles");
    const there = isOne ? here : await named("handles");
    const board = await here.create(BoardDocument);
    const other = await there.open(BoardDocument, board.id);
    const notes = [];
    await other.subscribeTo((board) => board.notes, ({ value }) => notes.push(value));
    await board.change((board) => board.notes.push("from here"));
    await until("the other one has it", () => other.value.notes === "from here");
    equal(notes, ["from here"]);
    await Promise.all([
      board.change((board) => board.notes.push("!")),
      other.change((board) => board.notes.push("?")),
    ]);
    await until("both have both", () => board.value.notes.length === 11 && other.value.notes === board.value.notes);
  },

  async synced(relay) {
    const [alice, bob] = [await named("alice"), await named("bob")];
    const said = [];
    const here = await alice.create(BoardDocument);
    await here.change((board) => { board.title = "Plan"; });
    alice.connect(relay, ({ state }) => said.push(state));
    await here.synced();
    equal(said, ["connecting", "connected"]);
    equal(alice.connect(relay), undefined);
    const invited = bob.connect(`${relay}/crdt-sync#document=${here.id}`);
    equal(invited, here.id);
    const there = await bob.join(BoardDocument, invited);
    await until("it is there", () => there.value.title === "Plan");
    await there.change((board) => board.notes.push("from Bob"));
    await until("it is here", () => here.value.notes === "from Bob");
    await there.synced();
    equal(here.relays().map(({ isSynced, refused }) => [isSynced, refused]), [[true, null]]);

    const shown = [];
    const end = there.others((author, presence) => shown.push([author, presence]));
    here.show({ line: 7, name: "Alice" });
    await until("she is seen", () => shown.length === 1);
    equal(shown, [[alice.author, { line: 7, name: "Alice" }]]);
    here.hide();
    await until("she has left", () => shown.length === 2);
    equal(shown[1][1], undefined);
    end();

    await alice.disconnect();
    equal(said.at(-1), "closed");
    await here.change((board) => board.notes.push(", offline"));
    equal(there.value.notes, "from Bob");
    alice.connect(relay);
    await until("it is there", () => there.value.notes === "from Bob, offline");
    let thrown;
    try {
      alice.connect("relay.example.org");
    } catch (error) {
      thrown = error;
    }
    if (!String(thrown).includes("write `wss://HOST`")) throw new Error(`thrown: ${thrown}`);
  },

  async carets(relay) {
    const [alice, bob] = [await named("alice's"), await named("bob's")];
    const here = await alice.create(BoardDocument);
    await here.change((board) => { board.notes = "Hello world"; });
    alice.connect(relay);
    bob.connect(relay);
    await here.synced();
    const there = await bob.join(BoardDocument, here.id);
    await until("it is there", () => there.value.notes === "Hello world");
    const [mine, yours, seen] = [new Field(), new Field(), []];
    const others = [];
    const carets = { presence: { name: "Alice" }, onOthers: (carets) => others.push(...carets) };
    bindText(mine, here, (board) => board.notes, { carets });
    bindText(yours, there, (board) => board.notes, { carets: { onOthers: (carets) => seen.push(carets) } });
    await until("both show it", () => mine.value === yours.value && mine.value !== "");
    // What somebody shows who means harm, or something else, takes nothing from the others.
    for (const start of ["no cursor", 7, "{}"]) {
      there.show({ caret: { text: "/notes", start, end: "no cursor" } });
      await there.synced();
    }
    mine.setSelectionRange(6, 11);
    for (const field of [mine, yours]) field.focus();
    const at = (start, end) => JSON.stringify([{ author: alice.author, presence: { name: "Alice" }, start, end }]);
    await until("she is seen", () => JSON.stringify(seen.at(-1)) === at(6, 11));
    yours.setSelectionRange(6, 6);
    yours.type("😀");
    await until("she has moved", () => JSON.stringify(seen.at(-1)) === at(8, 13));
    await until("it is here", () => mine.value === "Hello 😀world");
    mine.type("you");
    await until("she has a caret behind it", () => JSON.stringify(seen.at(-1)) === at(11, 11));
    // He has had a caret of his own since he typed.
    await until("he is seen", () => others.at(-1)?.author === bob.author);
    equal(others.every(({ start, end }) => start <= end), true);
    // Who asks late hears of who is there.
    const shown = [];
    there.others((author, presence) => shown.push([author, presence?.name, presence?.caret === undefined]));
    await until("she is there", () => shown.length > 0);
    equal(shown[0], [alice.author, "Alice", false]);
    // Another tab of hers, where nobody has been, says nothing.
    const again = await named("alice's");
    again.connect(relay);
    const behind = await again.open(BoardDocument, here.id);
    const unseen = new Field();
    bindText(unseen, behind, (board) => board.notes, { carets: { presence: { name: "behind" }, onOthers: () => {} } });
    await until("it is there too", () => unseen.value === mine.value);
    unseen.dispatchEvent(new Event("select"));
    await behind.synced();
    mine.type("!");
    await until("she has a caret behind that", () => JSON.stringify(seen.at(-1)) === at(12, 12));
    here.show({ name: "Alicia" });
    await until("she has another name", () => seen.at(-1)[0].presence.name === "Alicia");
    equal([seen.at(-1)[0].start, shown.at(-1)], [12, [alice.author, "Alicia", false]]);
    mine.focus(false);
    await until("she has no caret", () => seen.at(-1).length === 0);
    equal(shown.at(-1), [alice.author, "Alicia", true]);
    here.hide();
    await until("she has left", () => shown.at(-1)[1] === undefined);
  },
};

/** What somebody has open in a tab: a text in an element. */
let tab;

const inTab = {
  async tab(name, id) {
    const store = await openStore(name);
    const board = id === undefined ? await store.create(BoardDocument) : await store.open(BoardDocument, id);
    const field = document.querySelector("textarea");
    bindText(field, board, (board) => board.notes);
    tab = { board, field };
    return board.id;
  },

  shows: (text) => until(`it shows ${text}`, () => tab.field.value === text),
  contains: (text) => until(`it shows ${text}`, () => tab.field.value.includes(text)),

  /** Begins to write as fast as that goes, one after the other. */
  begin(text, times) {
    const writing = async () => {
      for (let left = times; left > 0; left -= 1) await tab.board.change((board) => board.notes.insert(0, text));
    };
    tab.writing = writing();
  },

  finished: () => tab.writing,

  has: (counts) => until(`it has ${JSON.stringify(counts)}`, () => {
    const has = (text) => tab.field.value.split(text).length - 1;
    return Object.entries(counts).every(([text, count]) => has(text) >= count);
  }),

  async state() {
    await tab.board.read((board) => board.notes);
    const log = await tab.board.log();
    const { value } = tab.field;
    return { value, changes: log.length, heads: await tab.board.heads(), authors: new Set(log.map(({ author }) => author)).size };
  },
};

await init();
globalThis.tests = { ...tests, ...inTab };
