# Shared by the commands of script/ (sourced, not run): strict mode, the checkout's root, failures told as sentences.
# shellcheck shell=bash
set -Eeuo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export LC_ALL=C.UTF-8

# As many compilers as there are cores, and as there is memory for: each may want a gigabyte and a half (docs/decisions/0060).
jobs_that_fit() {
  local cores fit
  cores=$(nproc)
  fit=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo 2>/dev/null || true)
  if [ "${fit:-0}" -lt 1 ]; then fit=1; fi
  if [ "$fit" -lt "$cores" ]; then printf '%s\n' "$fit"; else printf '%s\n' "$cores"; fi
}
# shellcheck disable=SC2034  # the commands use it
jobs=${JOBS:-$(jobs_that_fit)}  # JOBS=1 script/build: gentler on a shared machine
step="starting"
remedy=""
command_name=${0##*/}

# Without these ccache refuses every compilation that uses a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros

say() { printf '%s\n' "$*"; }

# die "what is wrong" ["what to do"]
die() {
  printf 'script/%s: %s\n' "$command_name" "$1" >&2
  if [ -n "${2:-}" ]; then printf '  What to do: %s\n' "$2" >&2; fi
  exit 1
}

# begin "what is being done" ["what to do if it fails"]: named when a command after it fails.
begin() {
  step=$1
  remedy=${2:-}
}

on_error() {
  local status=$1 line=$2
  if [ "$BASH_SUBSHELL" -gt 0 ]; then exit "$status"; fi  # the parent shell tells it, once
  if [[ $step == script/* && $status -lt 128 ]]; then exit "$status"; fi  # that command has told it
  printf 'script/%s: failed at: %s (line %s, exit status %s).\n' "$command_name" "$step" "$line" "$status" >&2
  if [ -n "$remedy" ]; then printf '  What to do: %s\n' "$remedy" >&2; fi
  exit "$status"
}
trap 'on_error $? $LINENO' ERR

# logged LOG command...: its output goes to the log; when it fails, the end of the log is shown.
logged() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    tail -n 30 "$log" >&2
    printf '  (all of it: %s)\n' "$log" >&2
  fi
  return "$status"
}

# hash_of path...: one hash over the names and contents of files, and of all files below folders, generated ones apart.
hash_of() {
  find "$@" \( -name node_modules -o -name dist -o -name .cache \) -prune -o -type f -print0 2>/dev/null |
    sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1
}
