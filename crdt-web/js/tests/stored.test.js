// Documents in a store, in a real browser: with its IndexedDB and its WebSocket. The relay is the one that
// `.ci/wasm.sh` starts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Browser } from "./browser/browser.js";

const RELAY = process.env.CRDT_TEST_RELAY ?? "ws://127.0.0.1:8719";
const PAGE = "/tests/browser/page.html";
/** The key of that name, until something else is typed into. */
const CONTROL = "\uE009";

let browser;
let page;

before(async () => {
  browser = await Browser.open(new URL("../", import.meta.url));
  page = await browser.page(PAGE);
});

after(() => browser?.close());

test("a document is kept, with what can be done with one", () => page.run("kept"));
test("what is asked for while one commits is the next change", () => page.run("typed"));
test("what is asked for is undone in its turn", () => page.run("undone"));
test("what is closed does what it was asked for, and nothing more", () => page.run("closed", RELAY));
test("what is no text, and no bytes, is said to be none", () => page.run("checked"));
test("changes for which there is no room fail at once, and together", () => page.run("batch"));
test("an error of a store says by its name which it is", () => page.run("names"));
test("what is in memory outlives the database", () => page.run("cleared"));
test("whoever writes has been told everything before that", () => page.run("told"));
test("a callback that throws does not make what was written fail", () => page.run("throwing"));
test("what is typed into an element is kept, at its place", () => page.run("field"));
test("line ends that an element has not are left as they are", () => page.run("lines"));
test("elements that can be bound are, and a form gives back what is there", () => page.run("elements"));
test("what is typed into an element stays in it while there is no room", () => page.run("full"));
test("two stores of one page have what the other one writes", () => page.run("handles", false));
test("a document that is open twice in one store has what the other one writes", () => page.run("handles", true));
test("documents meet at a relay, and show who is there", () => page.run("synced", RELAY));
test("who is back in the network dials at once", () => page.run("online"));
test("messages go from page to page", () => page.run("messages", RELAY));
test("carets of others are where they are", () => page.run("carets", RELAY));

test("two tabs show what the other one writes, and are one author", async () => {
  const pages = [await browser.page(PAGE), await browser.page(PAGE)];
  const [here, there] = pages;
  const store = `tabs ${Date.now()}`;
  const id = await here.run("tab", store);
  await there.run("tab", store, id);
  await here.type("textarea", "from here");
  await there.run("shows", "from here");
  await there.type("textarea", ", from there");
  await here.run("shows", "from here, from there");
  // Keys for undo and redo, after a pause.
  await new Promise((later) => setTimeout(later, 600));
  await there.type("textarea", "?");
  await here.run("shows", "from here, from there?");
  await there.type("textarea", `${CONTROL}z`);
  await here.run("shows", "from here, from there");
  await there.type("textarea", `${CONTROL}y`);
  await here.run("shows", "from here, from there?");

  // Both at once, each from its own loop.
  for (const [nth, page] of pages.entries()) await page.run("begin", nth === 0 ? "a" : "b", 100);
  for (const page of pages) await page.run("finished");
  for (const page of pages) await page.run("has", { a: 100, b: 100 });
  const [one, other] = [await here.run("state"), await there.run("state")];
  assert.deepEqual(one, other);
  assert.equal(one.authors, 1);
  assert.ok(one.changes > 50, `${one.changes} changes`);

  // One that is closed while it writes leaves what it had written, and the other one goes on.
  await here.run("begin", "c", 100_000);
  await there.run("contains", "c");
  await here.close();
  await there.type("textarea", "!");
  const again = await browser.page(PAGE);
  await again.run("tab", store, id);
  const [left, found] = [await there.run("state"), await again.run("state")];
  assert.deepEqual(left, found);
  assert.deepEqual([left.authors, left.value.includes("!")], [1, true]);
});
