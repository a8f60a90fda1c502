/** What browsers get: the module of WebAssembly is loaded from beside this one. */

import load from "../wasm/crdt_json.js";

export * from "./json.js";

/** What the module of WebAssembly can be had from. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | URL | string;

const NOT_BESIDE =
  "WebAssembly is not beside `crdt-json`, where a bundler may have moved that from: in Vite before 8 have " +
  '`optimizeDeps: { exclude: ["crdt-json"] }` in its configuration, elsewhere give the address of `crdt_json_bg.wasm` to `init`';

/** Loads WebAssembly, before anything else can be done. Where it is not beside this module, that is said. */
export async function init(wasm?: WasmSource | Promise<WasmSource>): Promise<void> {
  if (wasm !== undefined) {
    await load({ module_or_path: wasm });
    return;
  }
  await load().catch((cause: unknown) => {
    throw new Error(NOT_BESIDE, { cause });
  });
}
