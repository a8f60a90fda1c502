// Documents in a store, in a real browser: with its IndexedDB and its WebSocket. It is driven by
// chromedriver, and the relay is the one that `.ci/wasm.sh` starts.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { after, before, test } from "node:test";

const RELAY = process.env.CRDT_TEST_RELAY ?? "ws://127.0.0.1:8719";
const PACKAGE = new URL("../", import.meta.url);
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];

const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  try {
    const bytes = await readFile(new URL(`.${path}`, PACKAGE));
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
const driver = spawn(process.env.CHROMEDRIVER ?? "chromedriver", ["--port=0"]);
let session;

/** Asks the driver for something. */
async function ask(method, path, body) {
  const answered = await fetch(path, { method, body: body === undefined ? null : JSON.stringify(body) });
  const { value } = await answered.json();
  assert.ok(answered.ok, JSON.stringify(value));
  return value;
}

/** Runs a test in the page, once that is there. */
async function inPage(name, ...given) {
  const script = `
    const done = arguments[arguments.length - 1];
    (async () => {
      while (globalThis.test === undefined) await new Promise((soon) => setTimeout(soon, 20));
      await globalThis.test(...arguments[0]);
    })().then(() => done("passed"), (error) => done(String(error?.stack ?? error)));`;
  assert.equal(await ask("POST", `${session}/execute/async`, { script, args: [[name, ...given]] }), "passed");
}

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = await new Promise((listens) => {
    let said = "";
    driver.stdout.on("data", (bytes) => {
      said += bytes;
      const port = /successfully on port (\d+)/.exec(said);
      if (port !== null) listens(port[1]);
    });
  });
  const at = `http://127.0.0.1:${port}/session`;
  const options = { args: ARGUMENTS };
  const capabilities = { alwaysMatch: { browserName: "chrome", "goog:chromeOptions": options } };
  session = `${at}/${(await ask("POST", at, { capabilities })).sessionId}`;
  await ask("POST", `${session}/timeouts`, { script: 60_000 });
  const url = `http://127.0.0.1:${server.address().port}/tests/browser/page.html`;
  await ask("POST", `${session}/url`, { url });
});

after(async () => {
  if (session !== undefined) await ask("DELETE", session);
  driver.kill();
  server.close();
});

test("a document is kept, with what can be done with one", () => inPage("kept"));
test("what is asked for while one commits is the next change", () => inPage("typed"));
test("tabs have what the others write", () => inPage("tabs"));
test("documents meet at a relay, and show who is there", () => inPage("synced", RELAY));
