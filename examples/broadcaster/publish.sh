#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Publishes a test picture and a tone into a room with ffmpeg or gst-launch,
# over plain RTP. Replace the test sources by a file or a camera.
#
# usage: publish.sh [--url URL] [--room ROOM] [--id ID] [--with gst|ffmpeg]
#                   [--seconds N]
#   --url      of sfu-server (http://localhost:4443)
#   --room     (room1)
#   --id       of this participant
#   --seconds  how long (until it is stopped)
set -eu
. "$(dirname "$0")/lib.sh"

while [ $# -gt 0 ]; do
  case $1 in
    --help) usage 0 ;;
    --url) URL=$2 ;;
    --room) ROOM=$2 ;;
    --id) ID=$2 ;;
    --with) TOOL=$2 ;;
    --seconds) SECONDS_WANTED=$2 ;;
    *) usage 2 >&2 ;;
  esac
  shift 2
done

trap leave EXIT
trap 'exit 1' INT TERM
api POST "" "{\"id\":\"$ID\",\"displayName\":\"$TOOL\",
  \"device\":{\"name\":\"$TOOL\"}}" >/dev/null
entered=yes

# One transport for each track: the server learns where we send from, and each
# tool sends each track from a port of its own. RTCP has its own port, too.
plain='{"type":"plain","rtcpMux":false,"comedia":true}'
video=$(api POST "/$ID/transports" "$plain")
audio=$(api POST "/$ID/transports" "$plain")
# Neither tool tells its SSRC beforehand, so there are no encodings: the track
# is found by its payload type.
api POST "/$ID/transports/$(echo "$video" | field .id)/producers" \
  '{"kind":"video","rtpParameters":{"codecs":[{"mimeType":"video/VP8",
    "payloadType":96,"clockRate":90000}],"encodings":[]}}' >/dev/null
api POST "/$ID/transports/$(echo "$audio" | field .id)/producers" \
  '{"kind":"audio","rtpParameters":{"codecs":[{"mimeType":"audio/opus",
    "payloadType":111,"clockRate":48000,"channels":2}],"encodings":[]}}' \
  >/dev/null

ip=$(echo "$video" | field .ip)
video_port=$(echo "$video" | field .port)
video_rtcp=$(echo "$video" | field .rtcpPort)
audio_port=$(echo "$audio" | field .port)
audio_rtcp=$(echo "$audio" | field .rtcpPort)
echo "publishing as $ID to $ip, video $video_port, audio $audio_port"

# A key frame every two seconds, for those who come later: neither of these
# programs makes one when it is asked to.
case $TOOL in
  gst)
    start gst-launch-1.0 -q rtpbin name=rtp \
      videotestsrc is-live=true horizontal-speed=4 \
      ! video/x-raw,width=320,height=240,framerate=25/1 \
      ! queue ! vp8enc deadline=1 cpu-used=8 target-bitrate=400000 \
        keyframe-max-dist=50 \
      ! rtpvp8pay pt=96 picture-id-mode=15-bit ! rtp.send_rtp_sink_0 \
      rtp.send_rtp_src_0 ! udpsink host="$ip" port="$video_port" \
      rtp.send_rtcp_src_0 ! udpsink host="$ip" port="$video_rtcp" \
        sync=false async=false \
      audiotestsrc is-live=true freq=440 volume=0.2 \
      ! audio/x-raw,rate=48000,channels=2 ! queue ! opusenc \
      ! rtpopuspay pt=111 ! rtp.send_rtp_sink_1 \
      rtp.send_rtp_src_1 ! udpsink host="$ip" port="$audio_port" \
      rtp.send_rtcp_src_1 ! udpsink host="$ip" port="$audio_rtcp" \
        sync=false async=false
    ;;
  ffmpeg)
    start ffmpeg -hide_banner -loglevel warning -nostdin -sdp_file /dev/null \
      -re -f lavfi -i testsrc2=size=320x240:rate=25 \
      -re -f lavfi -i sine=frequency=440:sample_rate=48000 \
      -map 0:v -c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k -g 50 \
        -payload_type 96 -f rtp "rtp://$ip:$video_port?rtcpport=$video_rtcp" \
      -map 1:a -c:a libopus -b:a 64k -ac 2 \
        -payload_type 111 -f rtp "rtp://$ip:$audio_port?rtcpport=$audio_rtcp"
    ;;
  *) die "--with $TOOL: gst or ffmpeg" ;;
esac
finish
