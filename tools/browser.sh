#!/usr/bin/env bash
# Makes sure that the tests find a Chromium: the machine's, else apt's when we are root, else the one inside the npm package
# @sparticuz/chromium. CC_TEST_CHROMIUM=npm asks for the last, CC_TEST_CHROMIUM=/path names one (see tests/browser.py).
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${CC_TEST_CHROMIUM:-}" ] && exit 0
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "== browser: installing chromium and a Chinese font (apt)"
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; then
    exit 0
  fi
fi
if [ -d node_modules/@sparticuz/chromium/bin ]; then
  echo "== browser: the one inside the npm package @sparticuz/chromium"
  exit 0
fi
echo "No Chromium: install one (apt-get install chromium) or name it with CC_TEST_CHROMIUM=/path." >&2
exit 1
