# What is built and tested for the browser.

# What installs packages of the distribution.
root=()
[ "$(id -u)" = 0 ] || root=(sudo)

# What builds for the browser: `wasm` comes before a command, and what it builds goes to `wasm_target`.
# The standard library for the target comes from rustup, or, where that cannot be reached, from a
# script beside the repository.
target=wasm32-unknown-unknown
wasm=()
wasm_target="${CARGO_TARGET_DIR:-$PWD/target}"
wasm_toolchain() {
  local tools=../shared/tools/wasm-toolchain.sh prefix="$wasm_target/wasm-toolchain"
  if rustup target list --installed | grep -qx "$target" || step rustup target add "$target"; then
    return
  elif [ -x "$tools" ]; then
    step "${root[@]}" apt-get update
    step "$tools" "$prefix"
    wasm=(env RUSTC="$prefix/bin/rustc")
    wasm_target="$prefix/target"
  else
    say "the target $target cannot be installed"
    return 1
  fi
}

# What an app in the browser can have by itself is checked, by clippy too where that has the standard
# library: it comes with the compiler of rustup alone.
wasm_check() {
  local verb=check deny=()
  [ "${#wasm[@]}" -gt 0 ] || verb=clippy deny=(-- -D warnings)
  local check=("${wasm[@]}" cargo "$verb" --target "$target" --target-dir "$wasm_target")
  # Without default features: randomness of the operating system (`os-random`) is the choice of
  # the application there, which turns on getrandom's own feature `wasm_js`.
  step "${check[@]}" -p crdt-core --no-default-features --features derive "${deny[@]}"
  step "${check[@]}" -p crdt-sync --no-default-features "${deny[@]}"
  step "${check[@]}" -p crdt-store --no-default-features "${deny[@]}"
  step "${check[@]}" -p crdt-web --all-targets "${deny[@]}"
  step "${check[@]}" -p crdt-web --no-default-features "${deny[@]}"
}

# The command and the runner of tests that go with the version of wasm-bindgen that is locked.
bindgen() {
  local version runner="$wasm_target/wasm-bindgen"
  version="$(grep -A1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"$/\1/p')"
  if [ "$("$runner/bin/wasm-bindgen-test-runner" --version 2>/dev/null)" != "wasm-bindgen-test-runner $version" ]; then
    step env CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
      cargo install wasm-bindgen-cli --version "$version" --root "$runner" --target-dir "$wasm_target"
  fi
}

# Chromium and its driver.
chromium() {
  if ! command -v chromedriver >/dev/null; then
    step "${root[@]}" apt-get update
    step "${root[@]}" apt-get install -y --no-install-recommends chromium chromium-driver
  fi
}

# Node.js and its packages.
javascript() {
  if ! command -v npm >/dev/null; then
    step "${root[@]}" apt-get update
    step "${root[@]}" apt-get install -y --no-install-recommends nodejs npm
  fi
}

# The tests in a real browser. They are ended if they take longer than they ever should.
browser_tests() {
  local runner="$wasm_target/wasm-bindgen"
  chromium
  bindgen
  local browser=("${wasm[@]}" env CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$runner/bin/wasm-bindgen-test-runner"
    CHROMEDRIVER="$(command -v chromedriver)" WASM_BINDGEN_TEST_TIMEOUT=240)
  local tests=(cargo --config profile.dev.package.crdt-core.opt-level=0 test -p crdt-web --target "$target" --target-dir "$wasm_target" --test browser)
  step "${browser[@]}" "${tests[@]}" --no-run
  step cargo build -p crdt-relay
  step with_relays timeout 300 "${browser[@]}" "${tests[@]}"
}

# Documents are the same in WebAssembly as elsewhere. It takes no browser for that.
digest_tests() {
  javascript
  bindgen
  step "${wasm[@]}" env CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$wasm_target/wasm-bindgen/bin/wasm-bindgen-test-runner" \
    WASM_BINDGEN_TEST_TIMEOUT=240 cargo test -p crdt-web --target "$target" --target-dir "$wasm_target" --test digests
}

# Runs a command while there are two relays on this machine, where `tests/browser/sync.rs` looks for
# them. The second one is killed every few seconds and started again, with what it had. The shells that
# start them end with this one.
with_relays() (
  folder="$(mktemp -d)"
  relay="${CARGO_TARGET_DIR:-$PWD/target}/debug/crdt-relay"
  "$relay" --listen 127.0.0.1:8719 --store "$folder/steady.crdt" 2>"$folder/steady.log" >&2 &
  steady=$!
  (
    trap 'kill -KILL "$relay_now" 2>/dev/null; exit' TERM
    while true; do
      "$relay" --listen 127.0.0.1:8720 --store "$folder/dying.crdt" 2>"$folder/dying.log" >&2 &
      relay_now=$!
      sleep 4 & wait $!
      kill -KILL "$relay_now"
      wait "$relay_now" || true
      sleep 0.5
    done
  ) 2>/dev/null &
  dying=$!
  trap 'kill "$steady" "$dying" 2>/dev/null; wait; rm -rf "$folder"' EXIT
  "$@"
)

# The packages for JavaScript: types are checked, and tests run in Node.js, those of stores in the browser that
# `browser_tests` has installed. Those of `crdt-json` install both as they are packed. The example is built as its
# README says, and two people use it.
js_tests() {
  javascript
  step "${wasm[@]}" cargo --config profile.dev.package.crdt-core.opt-level=0 build -p web-board --target "$target" --target-dir "$wasm_target"
  step "$wasm_target/wasm-bindgen/bin/wasm-bindgen" --target web --out-dir crdt-web/js/tests/pkg \
    "$wasm_target/$target/debug/web_board.wasm"
  step npm --prefix crdt-web/js install --no-audit --no-fund
  local driver=(env CHROMEDRIVER="$(command -v chromedriver)")
  step with_relays "${driver[@]}" npm --prefix crdt-web/js test
  local build=("${wasm[@]}" env CARGO_TARGET_DIR="$wasm_target" WASM_BINDGEN="$wasm_target/wasm-bindgen/bin/wasm-bindgen")
  rm -rf "$wasm_target/npm"
  step "${build[@]}" crdt-web/json/pack "$wasm_target/npm"
  step with_relays "${driver[@]}" CRDT_PACKAGES="$wasm_target/npm" node --test crdt-web/json/tests/*.test.js
  step "${build[@]}" examples/web/board/build web
  step npm --prefix examples/web install --no-audit --no-fund
  step npm --prefix examples/web run build
  step with_relays "${driver[@]}" npm --prefix examples/web test
}
