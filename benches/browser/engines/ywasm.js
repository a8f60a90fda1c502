// ywasm, whose package is made for Node.js: what it asks of that is given to it here.

const PACKAGE = "/benches/browser/node_modules/ywasm";

export const wasm = `${PACKAGE}/ywasm_bg.wasm`;

const source = await (await fetch(`${PACKAGE}/ywasm.js`)).text();

let y;

export function start(module) {
  const given = { util: { TextDecoder, TextEncoder }, path: { join: () => "" }, fs: { readFileSync: () => {} } };
  const compiled = { Module: function () { return module; }, Instance: WebAssembly.Instance };
  const it = { exports: {} };
  new Function("module", "require", "__dirname", "WebAssembly", source)(it, (name) => given[name], "", compiled);
  y = it.exports;
}

export function create() {
  return new y.YDoc({});
}

export function fork() {
  return new y.YDoc({});
}

export function edit(document, patches, isSent) {
  const before = isSent ? y.encodeStateVector(document) : undefined;
  const body = document.getText("body");
  const transaction = document.beginTransaction();
  for (const [at, deleted, text] of patches) {
    if (deleted > 0) body.delete(at, deleted, transaction);
    if (text !== "") body.insert(at, text, undefined, transaction);
  }
  transaction.commit();
  transaction.free();
  body.free();
  return isSent ? y.encodeStateAsUpdate(document, before) : undefined;
}

export function apply(document, message) {
  y.applyUpdate(document, message, undefined);
}

export function save(document) {
  return y.encodeStateAsUpdateV2(document);
}

export function open(bytes) {
  const document = create();
  y.applyUpdateV2(document, bytes, undefined);
  return document;
}

export function text(document) {
  return document.getText("body").toString();
}
