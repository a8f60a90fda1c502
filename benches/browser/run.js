// Measures in Chromium, and prints tables: see README.md.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";

const REPOSITORY = new URL("../../", import.meta.url);
const TRACES = process.env.CRDT_TRACES;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
const ENGINES = (process.env.CRDT_ENGINES ?? "ours,ywasm,automerge,loro").split(",");
/** How often what is over soon is measured, each time in a fresh page. */
const TIMES = 5;

assert.ok(TRACES, "CRDT_TRACES names the folder of recordings");
const [, , relayProgram, ...only] = process.argv;
assert.ok(relayProgram, "say where the program `browser-bench-relay` is");

const kept = new Map();
/** What is done when the page is ready for what comes by the relay. */
let go = () => {};

async function body(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  const [, folder, name] = path.split("/");
  try {
    if (request.method === "PUT" && folder === "kept") kept.set(name, await body(request));
    else if (request.method === "POST" && folder === "go") go();
    else {
      const bytes = await file(folder, name, path);
      return response.writeHead(200, { "content-type": type(path) }).end(bytes);
    }
    response.writeHead(204).end();
  } catch {
    response.writeHead(404).end();
  }
});

const type = (path) => TYPES[extname(path)] ?? "application/octet-stream";

async function file(folder, name, path) {
  if (folder === "recordings") return gunzipSync(await readFile(`${TRACES}/${name}.json.gz`));
  if (folder !== "kept") return readFile(new URL(`.${path}`, REPOSITORY));
  assert.ok(kept.has(name));
  return kept.get(name);
}

const driver = spawn(process.env.CHROMEDRIVER ?? "chromedriver", ["--port=0"]);

/** Asks the driver for something. */
async function ask(method, path, given) {
  const answered = await fetch(path, { method, body: given === undefined ? null : JSON.stringify(given) });
  const { value } = await answered.json();
  assert.ok(answered.ok, JSON.stringify(value));
  return value;
}

/** Where the driver listens. */
async function driverAddress() {
  for await (const line of createInterface({ input: driver.stdout })) {
    const port = /successfully on port (\d+)/.exec(line);
    if (port !== null) return `http://127.0.0.1:${port[1]}/session`;
  }
  throw new Error("there is no driver");
}

/** Measures something in a browser of its own, so that nothing is warm. */
async function measured(task, ...given) {
  const options = { args: ARGUMENTS };
  const capabilities = { alwaysMatch: { browserName: "chrome", "goog:chromeOptions": options } };
  const session = `${sessions}/${(await ask("POST", sessions, { capabilities })).sessionId}`;
  try {
    await ask("POST", `${session}/timeouts`, { script: 400_000 });
    await ask("POST", `${session}/url`, { url: `${origin}/benches/browser/page.html` });
    const script = `
      const done = arguments[arguments.length - 1];
      (async () => {
        while (globalThis.measure === undefined) await new Promise((soon) => setTimeout(soon, 20));
        return globalThis.measure(...arguments[0]);
      })().then((found) => done({ found }), (error) => done({ error: String(error?.stack ?? error) }));`;
    const { found, error } = await ask("POST", `${session}/execute/async`, { script, args: [[task, ...given]] });
    assert.equal(error, undefined);
    return found;
  } finally {
    await ask("DELETE", session);
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const ms = (time) => (time == null ? "-" : `${time < 100 ? time.toFixed(1) : Math.round(time)} ms`);

/** A row of a table, a column for each engine. */
async function row(what, each) {
  const cells = [];
  for (const engine of ENGINES) cells.push(await each(engine));
  console.log(`| ${what} | ${cells.join(" | ")} |`);
}

/** The median of one time, each measured in a fresh browser. */
async function timed(task, engine, of) {
  const times = [];
  for (let time = 0; time < TIMES; time += 1) times.push(of(await measured(task, engine)));
  return ms(times.includes(undefined) ? null : median(times));
}

const parts = {
  async start() {
    await row("from compiled to the first edit", (engine) => timed("start", engine, ({ took }) => took));
  },
  async open() {
    const { stdout } = await promisify(execFile)(relayProgram, ["saved"], { encoding: "buffer", maxBuffer: 1 << 28 });
    kept.set("ours saved", stdout);
    await row("what was written in this browser", async (engine) => {
      if (kept.has(`${engine} saved`)) return "elsewhere, 259,778 changes";
      const { took } = await measured("write", engine);
      if (took == null) await measured("writeAtOnce", engine);
      return took == null ? "one change (more than 60 s otherwise)" : `259,778 changes in ${ms(took)}`;
    });
    await row("what is saved", (engine) => `${Math.round(kept.get(`${engine} saved`).length / 1024)} KiB`);
    await row("opened to its text, in a fresh page", (engine) => timed("open", engine, ({ first }) => first));
    await row("and again there", (engine) => timed("open", engine, ({ next }) => next));
  },
  async receive() {
    await row("26,078 changes in messages", async (engine) => {
      const { took, bytes } = await measured("converse", engine);
      return took == null ? "more than 60 s" : `${Math.round(bytes / 1024)} KiB`;
    });
    const longest = [];
    await row("taken in one by one", async (engine) => {
      const found = await measured("receive", engine);
      longest.push(ms(found.longest));
      return ms(found.took);
    });
    console.log(`| the longest of them | ${longest.join(" | ")} |`);
  },
  async follow() {
    const relay = spawn(relayProgram, ["relay"], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: relay.stdout })[Symbol.asyncIterator]();
    const [address, id, count] = (await lines.next()).value.split(" ");
    const follow = async (what, isToCome) => {
      const { took, bytes, longest, over50 } = await measured("follow", address, id, Number(count), isToCome);
      const tasks = `${over50} tasks over 50 ms, longest wait for a turn ${ms(longest)}`;
      console.log(`| ${what} | ${Math.round(bytes / 1024)} KiB | ${ms(took)} | ${tasks} |`);
    };
    console.log(`\n| ${count} changes by a relay | received | there after | the main thread |\n| --- | ---: | ---: | --- |`);
    go = () => relay.stdin.write("go\n");
    await follow("as they are written", true);
    console.error((await lines.next()).value);
    await follow("that are all there already", false);
    relay.kill();
  },
};

server.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;
const sessions = await driverAddress();
try {
  console.log(`| | ${ENGINES.join(" | ")} |\n| --- | ${ENGINES.map(() => "---:").join(" | ")} |`);
  for (const part of only.length > 0 ? only : Object.keys(parts)) await parts[part]();
} finally {
  driver.kill();
  server.close();
}
