# What is published.

published=(-p crdt-core -p crdt-derive -p crdt-store -p crdt-cli -p crdt-sync -p crdt-web -p crdt-relay
  -p crdt-typescript)

# Without the workspace's profile dependencies would be built once more where it does not reach.
outside=(env CARGO_PROFILE_DEV_DEBUG=false CARGO_PROFILE_DEV_LTO=off)

# The crates as they would be published, built from nothing but what is packed unless `--no-verify` is
# said. Without the network: every dependency has been fetched by now. What is not committed yet is packed
# too. In a new directory, since cargo takes a version that it has once unpacked or built for the same for
# ever.
package() {
  local fresh crate
  for crate in "${published[@]}"; do
    [ "$crate" = -p ] || all_packed "$crate"
  done
  fresh="$(mktemp -d)"
  step "${outside[@]}" cargo package "$@" "${published[@]}" --offline --allow-dirty --target-dir "$fresh"
  rm -rf "$fresh"
}

# Whether nothing that is compiled of a crate is left out where it is packed.
all_packed() {
  local missing
  missing="$(comm -23 <(cd "$1" && find src -name '*.rs' | sort) \
    <(cargo package --list --offline --allow-dirty -p "$1" | sort))"
  [ -z "$missing" ] || { say "$1 would be published without" $missing; return 1; }
}
