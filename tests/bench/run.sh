#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures sfu-server beside Janus (Debian package janus) on loopback:
#   tests/bench/run.sh BUILD_DIR [options; --help shows them]
# Prints JSON lines on stdout and tables on stderr.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
build=${1:?"usage: run.sh BUILD_DIR [--case=fan:50,room:8] [--windows=5] ..."}
shift
SFU_BUILD_DIR=$(cd "$build" && pwd)
export SFU_BUILD_DIR

[ -x /usr/bin/janus ] || {
  echo "run.sh: Janus is missing: apt-get install janus" >&2
  exit 1
}
[ -d "$here/../e2e/node_modules" ] ||
  npm ci --ignore-scripts --prefix "$here/../e2e" >&2
exec node "$here/bench.mjs" "$@"
