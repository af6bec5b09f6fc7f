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
# Most of the time a test waits for another process or a timer: two for a core.
# A time limit is for what hangs, on a machine that is busy, too.
jobs=$((2 * $(nproc)))
meson test -C "$BUILD_DIR" --no-rebuild --print-errorlogs \
  --num-processes "$jobs" --timeout-multiplier 3 $suites || status=$?
set -- "$BUILD_DIR/meson-logs/testlog.junit.xml"
# Above, gcc's targets have run over their corpus. A clang that has libFuzzer
# runs them as what they are, 10 s each.
case " $suites " in
  "  " | *" fuzz-smoke "*)
    if fuzzer=$(find_fuzzer); then
      say "fuzzing with $fuzzer"
      build_fuzz_targets "$fuzzer" "$BUILD_DIR-fuzz"
      meson test -C "$BUILD_DIR-fuzz" --no-rebuild --print-errorlogs \
        --num-processes "$jobs" --suite fuzz-smoke || status=$?
      set -- "$@" "$BUILD_DIR-fuzz/meson-logs/testlog.junit.xml"
    else
      say "no clang with libFuzzer: the fuzz targets ran over their corpus only"
    fi
    ;;
esac
python3 .ci/count.py "$@" || status=1
exit "$status"
