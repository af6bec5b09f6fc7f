#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows RTP in and out over UDP: one sender, the router, two receivers that
# decode. Four gst-launch processes on loopback, ten seconds. Replace the
# receivers by ffplay or VLC and the sender by a camera.
set -eu
cd "$(dirname "$0")/../.."
in=${1:-5000} out1=${2:-5002} out2=${3:-5004} frames=${4:-200}
caps="application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000"
logs=$(mktemp -d)

pids=
trap 'kill $pids 2>/dev/null || true; rm -rf "$logs"' EXIT
trap 'exit 1' INT TERM
receive () { # port, payload type
  gst-launch-1.0 -v udpsrc address=127.0.0.1 port="$1" \
    caps="$caps,payload=$2" ! rtpjitterbuffer ! rtpvp8depay ! vp8dec \
    ! fpsdisplaysink text-overlay=false video-sink=fakesink \
    >"$logs/$1" 2>&1 &
  pids="$pids $!"
}
receive "$out1" 101
receive "$out2" 102
pipelines/launch.py pipelines/rtp.launch port="$in" port1="$out1" \
  port2="$out2" >"$logs/router" 2>&1 &
pids="$pids $!"
echo "sending $frames frames to UDP port $in ..."
gst-launch-1.0 -q videotestsrc is-live=true num-buffers="$frames" \
  ! video/x-raw,width=320,height=240,framerate=20/1 \
  ! vp8enc deadline=1 keyframe-max-dist=20 ! rtpvp8pay pt=96 \
  ! udpsink host=127.0.0.1 port="$in"
for port in "$out1" "$out2"; do
  echo "viewer on port $port: $(sed -n 's/.*last-message = //p' "$logs/$port" |
    tail -n 1)"
done
