# Steps that are named, timed, and listed at the end, whether or not all passed.

step_names=()
step_seconds=()

say() {
  printf '\n== %s\n' "$*"
}

# Runs a command as a step.
step() {
  say "$*"
  local start=$SECONDS status=0
  "$@" || status=$?
  step_names+=("$*")
  step_seconds+=($((SECONDS - start)))
  return "$status"
}

# The seconds that each step took.
table() {
  local status=$? index
  say "seconds"
  for index in "${!step_names[@]}"; do
    printf '%5d  %.90s\n' "${step_seconds[index]}" "${step_names[index]}"
  done
  printf '%5d  all\n' "$SECONDS"
  [ "$status" = 0 ] && say "all passed" || say "failed"
}
trap table EXIT
