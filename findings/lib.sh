# Shared by the findings (sourced, not run): a temporary folder, pinned packages in it, and what is expected to be seen.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# shellcheck disable=SC2034  # the findings use it
python=$folder/python/bin/python

npm_packages() {  # name@version...
  npm init --yes >/dev/null
  npm install --silent --no-audit --no-fund --no-save "$@" >&2
}

python_packages() {  # name==version...
  python3 -m venv python
  python/bin/pip --quiet --disable-pip-version-check install "$@" >&2
}

# expect SEEN, with what is expected on standard input: says what was seen, and fails where it differs.
expect() {
  local seen=$1 expected
  expected=$(cat)
  printf '%s\n' "$seen"
  if [ "$seen" = "$expected" ]; then
    echo "still so"
  else
    printf 'this has changed; expected was:\n%s\n' "$expected" >&2
    exit 1
  fi
}
