#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# House style that a machine can see: clang-format, licence lines.
# TAP on stdout. Argument: the project's folder.
set -u
cd "$1" || exit 1
git rev-parse --is-inside-work-tree >/dev/null || exit 1
files=$(git ls-files '*.c' '*.h')
format=$(command -v clang-format-14 || command -v clang-format)

report () { # name, offenders
  number=$((number + 1))
  if [ -z "$2" ]; then
    echo "ok $number $1"
  else
    echo "not ok $number $1"
    echo "$2" | sed 's/^/# /'
  fi
}

number=0
echo 1..2
report 'clang-format' "$(for f in $files; do
  "$format" "$f" | cmp -s - "$f" || echo "$f: run clang-format-14 -i $f"
done)"
report 'SPDX line' "$(git ls-files '*.c' '*.h' '*.py' '*.sh' '*.js' '*.mjs' \
  '*.css' '*.html' '*.launch' '*meson.build' | while read -r f; do
  head -n 3 "$f" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later' ||
    echo "$f: no SPDX line"
done)"
