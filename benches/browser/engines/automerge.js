// Automerge, in its build without the module inside.

import * as automerge from "../node_modules/@automerge/automerge/dist/mjs/entrypoints/slim.js";

export const wasm = "/benches/browser/node_modules/@automerge/automerge/dist/automerge.wasm";

export async function start(module) {
  await automerge.initializeWasm(module);
}

/** Values of Automerge are never altered: whoever has a document has the newest here. */
const within = (value) => ({ value });

export function create() {
  return within(automerge.from({ body: "" }));
}

export function fork(document) {
  return within(automerge.clone(document.value));
}

export function edit(document, patches, isSent) {
  document.value = automerge.change(document.value, (article) => {
    for (const [at, deleted, text] of patches) automerge.splice(article, ["body"], at, deleted, text);
  });
  return isSent ? automerge.getLastLocalChange(document.value) : undefined;
}

export function apply(document, message) {
  [document.value] = automerge.applyChanges(document.value, [message]);
}

export function save(document) {
  return automerge.save(document.value);
}

export function open(bytes) {
  return within(automerge.load(bytes));
}

export function text(document) {
  return document.value.body;
}
