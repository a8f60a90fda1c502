// Ours, as the package for JavaScript has it.

import init from "../pkg/browser_bench.js";
import { ArticleDocument, openStore } from "../pkg/article.js";

export const wasm = "/benches/browser/pkg/browser_bench_bg.wasm";

export { ArticleDocument, openStore };

export async function start(module) {
  await init({ module_or_path: module });
}

export function create() {
  return ArticleDocument.create();
}

export function fork(document) {
  return ArticleDocument.join(document.id);
}

/** Writes a change, and gives the message of it if somebody is to get one. */
export function edit(document, patches, isSent) {
  const before = isSent ? document.heads() : undefined;
  document.change((article) => {
    for (const [at, deleted, text] of patches) article.body.replace(at, at + deleted, text);
  });
  return isSent ? document.export(before) : undefined;
}

export function apply(document, message) {
  document.apply(message);
}

export function save(document) {
  return document.save();
}

export function open(bytes) {
  return ArticleDocument.load(bytes);
}

export function text(document) {
  return document.value.body;
}
