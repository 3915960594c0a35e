#!/usr/bin/env bash
# Makes .venv and fills it from requirements/<run|dev>.lock, every file checked by its hash. Needs Python 3.11 or newer and a
# package index; needs no root, and as root calls apt-get only for Debian's missing python3-venv.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=${1:?usage: tools/bootstrap.sh run|dev}

say() { printf '== %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if new_enough "$candidate"; then command -v "$candidate"; return; fi
  done
  fail "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3"
}

can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# Debian cuts ensurepip out of python3: without it a venv has no pip, and pip has to come from elsewhere.
make_venv() {
  local python=$1
  rm -rf .venv
  "$python" -m venv .venv >/dev/null 2>&1 && return
  rm -rf .venv
  if can_apt; then
    say "installing python3-venv"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    "$python" -m venv .venv
  elif "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --without-pip .venv
    "$python" -m pip --python .venv/bin/python install --quiet pip
  elif command -v uv >/dev/null; then
    uv venv --quiet --seed --python "$python" .venv
  else
    fail "This Python cannot make a virtual environment: ask an administrator for 'apt-get install python3-venv'."
  fi
}

pip_install() { PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install "$@"; }

install_lock() {
  local lock=requirements/$1.lock
  pip_install --quiet --require-hashes -r requirements/uv.lock || say "uv is not to be had here, using pip (slower)"
  if [ -x .venv/bin/uv ] && .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r "$lock"; then return; fi
  pip_install --require-hashes -r "$lock"
}

# Makes `contact-center` a command of the environment. A shared environment (a link) is left to its owner.
install_ourselves() {
  [ -L .venv ] && return
  if [ -x .venv/bin/uv ]; then
    .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
  else
    pip_install --quiet --no-deps --no-build-isolation --editable .
  fi
}

[ -d "${HOME:-/}" ] || mkdir -p "$HOME"
if ! { new_enough .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1; }; then
  python=$(find_python)
  say "virtual environment: $("$python" --version)"
  make_venv "$python"
fi
say "python packages ($wanted)"
install_lock "$wanted"
install_ourselves
