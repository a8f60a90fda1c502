/** What Node.js gets: the same, but for where WebAssembly is loaded from. */

import { readFile } from "node:fs/promises";

import { type WasmSource, init as load } from "./index.js";

export * from "./json.js";
export type { WasmSource };

/** Loads WebAssembly, before anything else can be done. */
export function init(wasm?: WasmSource | Promise<WasmSource>): Promise<void> {
  return load(wasm ?? readFile(new URL("../wasm/crdt_json_bg.wasm", import.meta.url)));
}
