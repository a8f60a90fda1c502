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
  # With default features too, as an app has them that leaves out nothing.
  step "${check[@]}" -p crdt-web -p crdt-sync -p crdt-store "${deny[@]}"
}

# The command and the runner of tests that go with the version of wasm-bindgen that is locked. They are built as
# fast as they can be: to read the modules of the tests takes them some seconds more then, and to build them
# minutes less. TLS would be for drivers on other machines.
bindgen() {
  local version tools="$wasm_target/wasm-bindgen"
  version="$(grep -A1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"$/\1/p')"
  if [ "$("$tools/bin/wasm-bindgen-test-runner" --version 2>/dev/null)" != "wasm-bindgen-test-runner $version" ]; then
    step env CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
      cargo install wasm-bindgen-cli --version "$version" --no-default-features --root "$tools" \
      --bin wasm-bindgen --bin wasm-bindgen-test-runner --target-dir "$wasm_target"
  fi
  runner=(env CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$tools/bin/wasm-bindgen-test-runner" WASM_BINDGEN_TEST_TIMEOUT=240)
}

# Chromium and its driver.
chromium() {
  if ! command -v chromedriver >/dev/null; then
    step "${root[@]}" apt-get update
    step "${root[@]}" apt-get install -y --no-install-recommends chromium chromium-driver
  fi
  driver=(env CHROMEDRIVER="$(command -v chromedriver)")
}

# Firefox and its driver, which is no package of Debian.
firefox() {
  local version=0.37.1 tools="$wasm_target/geckodriver"
  if ! command -v firefox-esr >/dev/null; then
    step "${root[@]}" apt-get update
    step "${root[@]}" apt-get install -y --no-install-recommends firefox-esr
  fi
  if [ ! -x "$tools/bin/geckodriver" ]; then
    step env CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
      cargo install geckodriver --version "$version" --root "$tools" --target-dir "$wasm_target"
  fi
  driver=(env GECKODRIVER="$tools/bin/geckodriver")
}

# Node.js and its packages.
javascript() {
  if ! command -v npm >/dev/null; then
    step "${root[@]}" apt-get update
    step "${root[@]}" apt-get install -y --no-install-recommends nodejs npm
  fi
}

# Builds what the tests of pages need, and says how that is done: `page` comes before what is done, and `of` says
# with what. The core is not optimised, since they do not compute for long. They are all built for both packages,
# or what these stand on would be built for the features of each.
pages() {
  page=("${wasm[@]}" cargo --config profile.dev.package.crdt-core.opt-level=0)
  of=(-p crdt-web -p web-board --target "$target" --target-dir "$wasm_target")
  step "${page[@]}" build "${of[@]}" --lib --test browser
}

# The tests in a real browser, by the driver that was found. They are ended if they take longer than they ever
# should.
browser_tests() {
  bindgen
  pages
  step with_relays timeout 300 "${driver[@]}" "${runner[@]}" "${page[@]}" test "${of[@]}" --test browser
}

# Documents are the same in WebAssembly as elsewhere. It takes no browser for that.
digest_tests() {
  javascript
  bindgen
  pages
  step "${runner[@]}" "${page[@]}" test "${of[@]}" --test digests
}

# Runs a command while there are two relays on this machine, where `tests/browser/sync.rs` looks for
# them: of the crate as it was built last. The second one is killed every few seconds and started again, with what it had. The shells that
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

# The package for JavaScript: types are checked, and tests run in Node.js, those of stores in the browser that was found.
js_tests() {
  javascript
  bindgen
  pages
  step "$wasm_target/wasm-bindgen/bin/wasm-bindgen" --target web --out-dir crdt-web/js/tests/pkg \
    "$wasm_target/$target/debug/web_board.wasm"
  step npm --prefix crdt-web/js install --no-audit --no-fund
  step with_relays "${driver[@]}" npm --prefix crdt-web/js test
}

# Both packages for JavaScript, installed as they are packed. The example is built as its README says, and two
# people use it.
packed_tests() {
  local build=("${wasm[@]}" env CARGO_TARGET_DIR="$wasm_target" WASM_BINDGEN="$wasm_target/wasm-bindgen/bin/wasm-bindgen")
  rm -rf "$wasm_target/npm"
  step "${build[@]}" crdt-web/json/pack "$wasm_target/npm"
  step with_relays "${driver[@]}" CRDT_PACKAGES="$wasm_target/npm" node --test crdt-web/json/tests/*.test.js
  step "${build[@]}" examples/web/board/build web
  step npm --prefix examples/web install --no-audit --no-fund
  step npm --prefix examples/web run build
  step with_relays "${driver[@]}" npm --prefix examples/web test
}

# The page in Leptos, with the versions of dependencies that the workspace has, and two people who use it.
leptos_tests() {
  local folder=examples/leptos
  [ -e $folder/Cargo.lock ] || cp Cargo.lock $folder/Cargo.lock
  step "${wasm[@]}" cargo build --manifest-path $folder/Cargo.toml --target "$target" --target-dir "$wasm_target/leptos"
  step "$wasm_target/wasm-bindgen/bin/wasm-bindgen" --target web --out-dir $folder/pkg \
    "$wasm_target/leptos/$target/debug/leptos-example.wasm"
  step with_relays "${driver[@]}" node --test $folder/tests/*.test.js
}
