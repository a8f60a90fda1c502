// The page as it is built, before two people in a real browser. The relay is the one that `.ci/wasm.sh` starts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Browser } from "../../../crdt-web/js/tests/browser/browser.js";

const RELAY = process.env.CRDT_TEST_RELAY ?? "ws://127.0.0.1:8719";

test("two people write the same cards", async (context) => {
  const browser = await Browser.open(new URL("../", import.meta.url));
  context.after(() => browser.close());
  const run = Date.now();
  const open = (name, hash = "") => browser.page(`/index.html?store=${name}${run}&relay=${RELAY}${hash}`);
  const cards = (page, titles) => page.until(`[...document.querySelectorAll("li span")].map((it) => it.textContent).join() === "${titles}"`);
  const ann = await open("ann");
  await ann.until("document.querySelector('#new') !== null && location.hash !== ''");
  const bob = await open("bob", await ann.evaluate("location.hash"));
  await bob.until("document.querySelector('#new') !== null");

  for (const title of ["bread", "milk"]) {
    await ann.type("#new", `${title}\uE007`);
  }
  await cards(bob, "bread,milk");
  // A card that is moved keeps its element, and one that is ticked sets what shows that.
  await ann.evaluate("(window.milk = document.querySelectorAll('li')[1], true)");
  await bob.click("li:nth-child(2) .up");
  await cards(ann, "milk,bread");
  assert.equal(await ann.evaluate("window.milk === document.querySelector('li')"), true);
  await bob.click("li:first-child input");
  await ann.until("window.milk.querySelector('input').checked");
  await bob.click("li:nth-child(2) .remove");
  await cards(ann, "milk");
  await bob.click("#undo");
  await cards(ann, "milk,bread");
  await ann.type("#title", "Shopping\uE007");
  await bob.until("document.querySelector('#title').value === 'Shopping'");
  assert.equal(await ann.evaluate("window.milk.isConnected"), true);
});

test("without an address the page goes on with what is here, also without a relay", async (context) => {
  const browser = await Browser.open(new URL("../", import.meta.url));
  context.after(() => browser.close());
  const store = `alone${Date.now()}`;
  const first = await browser.page(`/index.html?store=${store}&relay=nowhere`);
  await first.until("document.querySelector('#new') !== null && location.hash !== ''");
  await first.until("document.querySelector('#said').textContent.startsWith('There is no relay')");
  await first.type("#new", "bread\n");
  await first.until("document.querySelector('li span')?.textContent === 'bread'");
  const again = await browser.page(`/index.html?store=${store}&relay=nowhere`);
  await again.until("document.querySelector('li span')?.textContent === 'bread'");
  assert.equal(await again.evaluate("location.hash"), await first.evaluate("location.hash"));
});
