// What is done in the browser, each by its name; `stored.test.js` asks for it.

import { BoardDocument, openStore } from "../board.js";
import init from "../pkg/web_board.js";

function equal(found, expected) {
  const [a, b] = [found, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`found ${a} instead of ${b}`);
}

async function fails(promise, message) {
  const error = await promise.then(() => undefined, (error) => error);
  if (!String(error).includes(message)) throw new Error(`instead of "${message}": ${error}`);
}

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

  async tabs() {
    const [here, there] = [await named("tabs"), await named("tabs")];
    const board = await here.create(BoardDocument);
    const other = await there.open(BoardDocument, board.id);
    const notes = [];
    await other.subscribeTo((board) => board.notes, ({ value }) => notes.push(value));
    await board.change((board) => board.notes.push("from here"));
    await until("the other tab has it", () => other.value.notes === "from here");
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
};

await init();
globalThis.test = (name, ...given) => tests[name](...given);
