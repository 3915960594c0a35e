#!/usr/bin/env bash
# Runs a command with Node first on the path: the wheel's in .venv (the same version everywhere), else the machine's.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

new_enough() { "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null; }

if new_enough "$root/.venv/bin/node"; then
  PATH="$root/.venv/bin:$PATH"
elif ! new_enough node; then
  echo "Node 20.19 or newer is needed: neither the packaged one in .venv nor one on PATH works here." >&2
  exit 1
fi
PATH="$root/node_modules/.bin:$PATH" exec "$@"
