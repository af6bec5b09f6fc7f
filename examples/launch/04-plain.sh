#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows sfuplaintransport: publish into a router and receive from it with
# nothing but gst-launch. The room learns where the publisher is (comedia), the
# viewer's address is given to it. Three processes on loopback, ten seconds.
# Replace the sender by ffmpeg and the viewer by ffplay or VLC.
set -eu
cd "$(dirname "$0")/../.."
in=${1:-5000} out=${2:-5002} frames=${3:-200}
GST_PLUGIN_PATH=${GST_PLUGIN_PATH:-${SFU_BUILD_DIR:-build}/plugins}
export GST_PLUGIN_PATH
vp8="application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96"
logs=$(mktemp -d)

pids=
trap 'kill $pids 2>/dev/null || true; rm -rf "$logs"' EXIT
trap 'exit 1' INT TERM
# RTCP of the room goes to the port behind that of RTP, where nobody listens.
gst-launch-1.0 sfurouter name=room \
  sfuplaintransport name=in port="$in" comedia=true \
  in.src_0 ! "$vp8" ! room.sink_0 \
  sfuplaintransport name=out rtcp-mux=false remote-ip=127.0.0.1 \
  remote-port="$out" remote-rtcp-port=$((out + 1)) \
  room.src_0 ! out.sink_0 >"$logs/room" 2>&1 &
pids="$pids $!"
gst-launch-1.0 -v udpsrc address=127.0.0.1 port="$out" caps="$vp8" \
  ! rtpjitterbuffer ! rtpvp8depay ! vp8dec \
  ! fpsdisplaysink text-overlay=false video-sink=fakesink \
  >"$logs/viewer" 2>&1 &
pids="$pids $!"
echo "sending $frames frames to UDP port $in ..."
gst-launch-1.0 -q videotestsrc is-live=true num-buffers="$frames" \
  ! video/x-raw,width=320,height=240,framerate=20/1 \
  ! vp8enc deadline=1 keyframe-max-dist=20 ! rtpvp8pay pt=96 \
  ! udpsink host=127.0.0.1 port="$in"
echo "viewer: $(sed -n 's/.*last-message = //p' "$logs/viewer" | tail -n 1)"
