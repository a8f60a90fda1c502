// Loro.

import init, { LoroDoc } from "../node_modules/loro-crdt/web/index.js";

export const wasm = "/benches/browser/node_modules/loro-crdt/web/loro_wasm_bg.wasm";

export async function start(module) {
  await init({ module_or_path: module });
}

export function create() {
  return new LoroDoc();
}

export function fork() {
  return new LoroDoc();
}

export function edit(document, patches, isSent) {
  const before = isSent ? document.version() : undefined;
  const body = document.getText("body");
  for (const [at, deleted, text] of patches) {
    if (deleted > 0) body.delete(at, deleted);
    if (text !== "") body.insert(at, text);
  }
  document.commit();
  return isSent ? document.export({ mode: "update", from: before }) : undefined;
}

export function apply(document, message) {
  document.import(message);
}

export function save(document) {
  return document.export({ mode: "snapshot" });
}

export function open(bytes) {
  const document = new LoroDoc();
  document.import(bytes);
  return document;
}

export function text(document) {
  return document.getText("body").toString();
}
