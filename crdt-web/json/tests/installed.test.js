// The packages as they are packed, in an empty project of somebody who has installed them: the folder that
// `CRDT_PACKAGES` names has them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Browser } from "../../js/tests/browser/browser.js";

const RELAY = process.env.CRDT_TEST_RELAY ?? "ws://127.0.0.1:8719";
const PACKAGES = process.env.CRDT_PACKAGES;
const HERE = fileURLToPath(new URL(".", import.meta.url));
const TYPESCRIPT = join(HERE, "../node_modules/typescript/bin/tsc");
const README = readFileSync(join(HERE, "../README.md"), "utf8");
/** What is said to somebody who begins without Rust. */
const [, BEGINNING] = /^## Without Rust$(.*?)^## /ms.exec(readFileSync(join(HERE, "../../../docs/browser.md"), "utf8"));
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: "es2022",
  lib: ["es2022", "dom"],
  types: [],
  module: "nodenext",
  noEmit: true,
};

// With it, tests that are run from a test would be passed over.
const { NODE_TEST_CONTEXT: _, ...env } = process.env;
const project = mkdtempSync(join(tmpdir(), "crdt-json-"));

/** Runs a program in the project, and gives what it prints. */
function run(program, ...given) {
  try {
    return execFileSync(program, given, { cwd: project, env, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    throw new Error(`${error.stdout}${error.stderr}`, { cause: error });
  }
}

/** The blocks of the README, or of something else, that are in a language. */
function blocks(language, page = README) {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return [...page.matchAll(fenced)].map(([, text]) => text);
}

before(() => {
  const packed = readdirSync(PACKAGES).filter((name) => name.endsWith(".tgz"));
  assert.equal(packed.length, 2);
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  run("npm", "install", "--no-audit", "--no-fund", ...packed.map((name) => join(PACKAGES, name)));
  cpSync(join(HERE, "project"), project, { recursive: true });
});

after(() => rmSync(project, { recursive: true }));

test("the first example of the README prints what stands there", () => {
  writeFileSync(join(project, "first.js"), blocks("js")[0]);
  assert.equal(run("node", "first.js"), blocks("text")[1]);
});

test("the examples of the README in TypeScript compile, and what should not does not", () => {
  for (const [nth, text] of blocks("ts").entries()) writeFileSync(join(project, `readme${nth}.ts`), text);
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: STRICT, include: ["*.ts"] }));
  run("node", TYPESCRIPT, "-p", ".");
});

test("in Node.js, documents do what is said", () => {
  assert.match(run("node", "--test", "json.test.js"), /^# pass 5$/m);
});

test("nothing is installed that is not used, and no source of the packages", () => {
  const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
  assert.deepEqual(installed.sort(), ["crdt-json", "crdt-web"]);
  assert.deepEqual(readdirSync(join(project, "node_modules/crdt-json")).sort(), ["README.md", "dist", "package.json", "wasm"]);
});

test("in a browser, documents are kept and meet at a relay", async (context) => {
  const browser = await Browser.open(pathToFileURL(`${project}/`));
  context.after(() => browser.close());
  const pages = [await browser.page("/page.html"), await browser.page("/page.html")];
  assert.match(await pages[0].run("misplaced"), /not beside `crdt-json`.*optimizeDeps/);
  const store = `json ${Date.now()}`;
  const id = await pages[0].run("create", store);
  await pages[1].run("open", store, id);
  await pages[0].type("textarea", "from here");
  await pages[1].run("shows", "from here");
  await pages[1].run("meets", RELAY);
});

test("the first page of whoever has no Rust shows what it writes, without a bundler", async (context) => {
  const [html, importMap] = blocks("html", BEGINNING);
  writeFileSync(join(project, "main.js"), blocks("js", BEGINNING)[0]);
  writeFileSync(join(project, "index.html"), html.replace(/^<script .*$/m, () => importMap));
  const browser = await Browser.open(pathToFileURL(`${project}/`));
  context.after(() => browser.close());
  const page = await browser.page("/index.html");
  await page.until("document.querySelector('pre').textContent.includes('Write docs')");
  await page.type("textarea", "from here");
  await page.until("document.querySelector('pre').textContent.includes('from here')");
});
