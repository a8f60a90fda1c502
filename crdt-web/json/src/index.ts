/** What browsers get: the module of WebAssembly is loaded from beside this one. */

import load from "../wasm/crdt_json.js";

export * from "./json.js";

/** What the module of WebAssembly can be had from. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | URL | string;

/** Loads WebAssembly, before anything else can be done. Where it is not beside this module, that is said. */
export async function init(wasm?: WasmSource | Promise<WasmSource>): Promise<void> {
  await load(wasm === undefined ? undefined : { module_or_path: wasm });
}
