// The page as it is built, before two people in a real browser. The relay is the one that `.ci/wasm.sh` starts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Browser } from "../../../crdt-web/js/tests/browser/browser.js";

const RELAY = process.env.CRDT_TEST_RELAY ?? "ws://127.0.0.1:8719";

test("two people write on one board", async (context) => {
  const browser = await Browser.open(new URL("../dist/", import.meta.url));
  context.after(() => browser.close());
  const run = Date.now();
  const open = (name, hash = "") => {
    return browser.page(`/index.html?name=${name}&store=${name}${run}&relay=${encodeURIComponent(RELAY)}${hash}`);
  };
  const ann = await open("Ann");
  await ann.until("location.hash !== '' && document.querySelector('#title').value === 'Plan'");
  const bob = await open("Bob", await ann.evaluate("location.hash"));
  await bob.until("document.querySelector('#title').value === 'Plan'");

  await ann.type("#notes", "Hello from Ann");
  await bob.until("document.querySelector('#notes').value === 'Hello from Ann'");
  await bob.until("document.querySelector('#others').textContent === 'Ann'");
  await bob.until("document.querySelector('#carets mark')?.previousSibling.data === 'Hello from Ann'");
  await bob.click("#notes");
  await bob.type("#notes", " and Bob");
  await ann.until("document.querySelector('#notes').value === 'Hello from Ann and Bob'");

  await bob.type("#add input", "Write docs");
  await bob.click("#add button");
  await ann.until("document.querySelector('#cards input[type=text]')?.value === 'Write docs'");
  await ann.click("#cards input[type=checkbox]");
  await bob.until("document.querySelector('#cards li').classList.contains('done')");
  await bob.click("#cards button[title='Vote for it']");
  await ann.until("document.querySelector('#cards button').textContent === '+1'");
  await bob.type("#cards input[type=text]", "!");
  await ann.until("document.querySelector('#cards input[type=text]').value === 'Write docs!'");

  // One is offline, and comes back.
  await bob.click("#offline");
  await bob.type("#add input", "Offline");
  await bob.click("#add button");
  await bob.until("document.querySelectorAll('#cards li').length === 2");
  await ann.click("#undo");
  await ann.until("!document.querySelector('#cards li').classList.contains('done')");
  assert.equal(await ann.evaluate("document.querySelectorAll('#cards li').length"), 1);
  await bob.click("#offline");
  await ann.until("document.querySelectorAll('#cards li').length === 2");
  await bob.until("!document.querySelector('#cards li').classList.contains('done')");
  await bob.until("document.querySelector('#saved').value === 'saved here and at the relay'");

  // What is there is there when the page is opened again.
  await ann.reload();
  await ann.until("document.querySelectorAll('#cards li').length === 2");
  await ann.until("document.querySelector('#notes').value === 'Hello from Ann and Bob'");
});
