// What is done in a page, each by its name; `installed.test.js` asks for it.

import { JsonDocument, bindText, init, openStore } from "crdt-json";

/** Waits until something is so, for ten seconds. */
async function until(what, isSo) {
  for (let left = 500; left > 0; left -= 1) {
    if (isSo()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`it never came to be that ${what}`);
}

const field = document.querySelector("textarea");
let store;
let plan;

globalThis.tests = {
  /** What is said where a server gives its page for what is not there. */
  async misplaced() {
    const { fetch } = globalThis;
    globalThis.fetch = async () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
    const error = await init().then(() => undefined, (error) => error);
    globalThis.fetch = fetch;
    return error?.message;
  },

  async create(name) {
    await init();
    store = await openStore(name);
    plan = await store.create(JsonDocument);
    await plan.change((plan) => plan.set("/tasks", [{ name: "one" }, { name: "two", notes: "" }]));
    bindText(field, plan, (plan) => plan.text("/tasks/1/notes"));
    return plan.id;
  },

  async open(name, id) {
    await init();
    store = await openStore(name);
    plan = await store.open(JsonDocument, id);
    await plan.change((plan) => plan.move("/tasks", 1, 0));
    bindText(field, plan, (plan) => plan.text("/tasks/0/notes"));
  },

  shows: (text) => until(`it shows ${text}`, () => field.value === text),

  async meets(relay) {
    const other = await (await openStore(`other ${Date.now()}`)).join(JsonDocument, plan.id);
    const theirs = await openStore(`theirs ${Date.now()}`);
    const copy = await theirs.join(JsonDocument, plan.id);
    for (const each of [store, theirs]) each.connect(relay);
    await plan.synced();
    await until("it is there", () => copy.value?.tasks?.length === 2);
    await copy.change((copy) => copy.text("/tasks/0/notes").push("!"));
    await until("it is here", () => field.value === "from here!");
    if (other.value !== null) throw new Error("who is not connected has something");
  },
};
