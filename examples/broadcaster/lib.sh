# SPDX-License-Identifier: LGPL-2.1-or-later
# What publish.sh and receive.sh share: the REST of sfu-server. Sourced. Needs
# curl and jq.

URL=${SFU_URL:-http://localhost:4443} ROOM=room1 ID=broadcaster-$$ TOOL=gst
SECONDS_WANTED=0

die () {
  echo "$0: $*" >&2
  exit 1
}

usage () {
  sed -n '/^# usage/,/^[^#]/s/^# \{0,1\}//p' "$0"
  exit "$1"
}

for program in curl jq; do
  command -v "$program" >/dev/null || die "needs $program"
done

# api METHOD PATH [JSON]: the answer on stdout. A token, when the server wants
# one, comes in SFU_TOKEN.
api () {
  answer=$(curl -sS -X "$1" -w '\n%{http_code}' \
    -H 'Content-Type: application/json' \
    ${SFU_TOKEN:+-H "Authorization: Bearer $SFU_TOKEN"} \
    ${3:+--data "$3"} "$URL/rooms/$ROOM/broadcasters$2") ||
    die "no server at $URL"
  status=${answer##*
}
  answer=${answer%
*}
  [ "$status" = 200 ] || die "$1 broadcasters$2: $status $answer"
  printf '%s\n' "$answer"
}

# field [JQ-OPTION...] FILTER: of JSON on stdin.
field () {
  jq -er "$@" || die "the server did not say that: jq $*"
}

# Says goodbye to the room however this script ends, and ends what it started.
leave () {
  trap - EXIT
  [ -z "${child:-}" ] || kill "$child" 2>/dev/null || true
  [ -z "${folder:-}" ] || rm -rf "$folder"
  [ -z "${entered:-}" ] || api DELETE "/$ID" >/dev/null || true
}

# start COMMAND...: in the background.
start () {
  if [ "$SECONDS_WANTED" -gt 0 ]; then
    set -- timeout --signal=INT "$SECONDS_WANTED" "$@"
  fi
  "$@" &
  child=$!
}

# Until it ends, we are stopped, or the time is over.
finish () {
  status=0
  wait "$child" || status=$?
  child=
  # 124: the time was over, as wanted.
  [ "$status" -eq 0 ] || [ "$status" -eq 124 ] || {
    [ -z "${folder:-}" ] || cat "$folder/log" >&2
    die "ended with $status"
  }
}
