#!/usr/bin/env bash
# What the derive costs a build beside serde's: `cargo check` of 100 structs of 8 fields each, the best
# of five runs. Prints processor seconds, which other work on the machine disturbs least.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
project=${CARGO_TARGET_DIR:-$root/target}/derive-time
mkdir -p "$project/src/bin"

# One after the other, five deep at most: a list of the one before, and seven fields of other kinds.
structs() {
  echo '#![allow(dead_code)]'
  echo "$2"
  echo 'use std::collections::BTreeMap;'
  printf '#[derive(%s)]\npub struct Leaf { pub a: u32, pub b: u32 }\n' "$1"
  for i in $(seq 0 99); do
    local element=Leaf
    if ((i % 5)); then element=S$((i - 1)); fi
    printf '#[derive(%s)]\npub struct S%d {\n' "$1" "$i"
    printf '    pub f0: String,\n    pub f1: u32,\n    pub f2: bool,\n    pub f3: Option<String>,\n'
    printf '    pub f4: Vec<%s>,\n    pub f5: BTreeMap<String, u64>,\n' "$element"
    printf '    pub f6: i64,\n    pub f7: f64,\n}\n'
  done
  echo 'fn main() {}'
}

structs CrdtNode 'use crdt_core::CrdtNode;' >"$project/src/bin/crdt.rs"
structs 'Serialize, Deserialize' 'use serde::{Deserialize, Serialize};' >"$project/src/bin/serde.rs"
cat >"$project/Cargo.toml" <<EOF
[package]
name = "derive-time"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
crdt-core = { path = "$root/crdt-core" }
serde = { version = "1", features = ["derive"] }

[workspace]
EOF
cp Cargo.lock "$project/"

cd "$project"
export CARGO_TARGET_DIR=$project/target CARGO_INCREMENTAL=0 TIMEFORMAT=%U
cargo check --quiet --bins
for bin in serde crdt; do
  best=
  for _ in 1 2 3 4 5; do
    touch "src/bin/$bin.rs"
    took=$({ time cargo check --quiet --bin "$bin"; } 2>&1)
    best=$(printf "%s\n" ${best:-$took} "$took" | sort -n | head -1)
  done
  echo "$bin $best s"
done
