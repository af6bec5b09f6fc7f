# SPDX-License-Identifier: LGPL-2.1-or-later
# What run.sh, test.sh and .ci/run share: packages and the build. Sourced, with
# the project's folder as working directory.

BUILD_DIR=${SFU_BUILD_DIR:-build}

BUILD_PACKAGES="build-essential pkg-config meson ninja-build
  libglib2.0-dev libglib2.0-dev-bin libgstreamer1.0-dev
  libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev
  libsoup-3.0-dev libjson-glib-dev libhiredis-dev libjwt-dev libnice-dev libsrtp2-dev libssl-dev
  libsystemd-dev"

RUN_PACKAGES="gstreamer1.0-tools gstreamer1.0-plugins-base
  gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-nice
  graphviz glib-networking"

TEST_PACKAGES="git clang-format-14 python3 python3-gi gir1.2-gstreamer-1.0
  chromium firefox-esr python3-aiortc python3-websockets iproute2 procps
  coturn python3-socketio python3-aiohttp redis-server curl jq ffmpeg
  clang-14 libclang-rt-14-dev"

say () {
  printf '\033[1m==> %s\033[0m\n' "$*" >&2
}

die () {
  printf '\033[1;31merror:\033[0m %s\n' "$*" >&2
  exit 1
}

as_root () {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "'$*' needs root: run as root or install sudo"
  fi
}

# Prints those of its arguments that are not installed.
missing_packages () {
  for package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null |
      grep -q 'ok installed' || printf '%s ' "$package"
  done
}

install_packages () {
  command -v dpkg-query >/dev/null ||
    die "this script installs Debian packages; elsewhere see README.md, 'By hand'"
  # A Node.js that is there already, whatever its origin, is good enough.
  node_packages=
  command -v node >/dev/null || node_packages="$node_packages nodejs"
  command -v npm >/dev/null || node_packages="$node_packages npm"
  missing=$(missing_packages "$@" $node_packages)
  [ -z "$missing" ] && return 0
  say "installing: $missing"
  as_root apt-get update -qq || die "apt-get update failed"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends $missing >/dev/null ||
    die "apt-get could not install: $missing"
}

# Arguments: meson options.
build () {
  if [ ! -f "$BUILD_DIR/build.ninja" ]; then
    say "configuring $BUILD_DIR"
    meson setup "$BUILD_DIR" "$@" >"$BUILD_DIR.log" 2>&1 || {
      cat "$BUILD_DIR.log" >&2
      die "meson setup failed"
    }
    rm -f "$BUILD_DIR.log"
  fi
  say "building (a minute the first time, a second later on)"
  ninja -C "$BUILD_DIR" ${NINJA_QUIET:---quiet} || die "the build failed"
}

# Prints the name of a clang that links libFuzzer; false: there is none.
find_fuzzer () {
  for clang in clang-14 clang; do
    if echo 'int LLVMFuzzerTestOneInput (void *d, unsigned long n) { return 0; }' |
      "$clang" -w -fsanitize=fuzzer,address -x c -o /dev/null - 2>/dev/null; then
      echo "$clang"
      return 0
    fi
  done
  return 1
}

# Arguments: the compiler, the folder. Nothing but the targets.
build_fuzz_targets () {
  if [ ! -f "$2/build.ninja" ]; then
    CC=$1 meson setup "$2" -Dfuzz=true -Dweb=false -Doptimization=1 \
      -Db_sanitize=address,undefined -Db_lundef=false >"$2.log" 2>&1 || {
      cat "$2.log" >&2
      die "meson setup failed"
    }
    rm -f "$2.log"
  fi
  ninja -C "$2" ${NINJA_QUIET:---quiet} fuzz-targets || die "the build failed"
}
