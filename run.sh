#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what is needed, builds, starts the server and prints the URL of a
# working page. Arguments go to sfu-server (./run.sh --help).
set -eu
cd "$(dirname "$0")"
. .ci/lib.sh

install_packages $BUILD_PACKAGES $RUN_PACKAGES
build -Dtests=false
say "starting sfu-server"
exec "$BUILD_DIR/server/sfu-server" "$@"
