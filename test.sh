#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what is needed, builds with warnings as errors, runs every suite.
#   ./test.sh              everything
#   ./test.sh unit server  only these suites
#                          (unit elements server e2e fuzz-smoke style)
set -eu
cd "$(dirname "$0")"

for suite; do
  case $suite in
    unit | elements | server | e2e | fuzz-smoke | style) ;;
    *)
      sed -n 's/^# \{0,1\}//p' test.sh | sed 1,2d
      [ "$suite" = --help ] || [ "$suite" = -h ] && exit 0
      echo "test.sh: there is no suite \"$suite\"" >&2
      exit 2
      ;;
  esac
done
. .ci/lib.sh

install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES
BUILD_DIR=${SFU_BUILD_DIR:-build-test}
build -Dwerror_ci=true
suites=
for suite; do
  suites="$suites --suite $suite"
done
say "running the tests"
status=0
meson test -C "$BUILD_DIR" --no-rebuild --print-errorlogs $suites || status=$?
python3 .ci/count.py "$BUILD_DIR/meson-logs/testlog.junit.xml" || status=1
exit "$status"
