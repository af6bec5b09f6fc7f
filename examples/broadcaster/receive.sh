#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Receives picture and sound of a participant with ffmpeg or gst-launch, over
# plain RTP, and decodes them. Prints how many frames there were.
#
# usage: receive.sh [--url URL] [--room ROOM] [--id ID] [--with gst|ffmpeg]
#                   [--peer ID] [--ports N] [--seconds N] [--show]
#   --url      of sfu-server (http://localhost:4443)
#   --room     (room1)
#   --id       of this participant
#   --peer     whom to receive (the first one that sends a picture)
#   --ports    first of four UDP ports here, even (free ones)
#   --seconds  how long (until it is stopped)
#   --show     in a window and aloud, instead of only decoding
set -eu
. "$(dirname "$0")/lib.sh"
peer= ports= show=

while [ $# -gt 0 ]; do
  case $1 in
    --help) usage 0 ;;
    --show) show=yes; shift; continue ;;
    --url) URL=$2 ;;
    --room) ROOM=$2 ;;
    --id) ID=$2 ;;
    --with) TOOL=$2 ;;
    --peer) peer=$2 ;;
    --ports) ports=$2 ;;
    --seconds) SECONDS_WANTED=$2 ;;
    *) usage 2 >&2 ;;
  esac
  shift 2
done

# Four UDP ports in a row that nobody has, as far as the kernel tells.
free_ports () {
  port=$((20000 + $$ % 5000 * 4))
  while awk '{print $2}' /proc/net/udp /proc/net/udp6 |
    grep -qiE ":($(printf '%04x|%04x|%04x|%04x' \
      $port $((port + 1)) $((port + 2)) $((port + 3))))\$"; do
    port=$((port + 4))
  done
  echo "$port"
}

[ -n "$ports" ] || ports=$(free_ports)
video_port=$ports video_rtcp=$((ports + 1))
audio_port=$((ports + 2)) audio_rtcp=$((ports + 3))
trap leave EXIT
trap 'exit 1' INT TERM

# Who says what it can receive is told what there is.
room=$(api POST "" "{\"id\":\"$ID\",\"displayName\":\"$TOOL\",
  \"device\":{\"name\":\"$TOOL\"},\"rtpCapabilities\":{\"codecs\":[
    {\"kind\":\"video\",\"mimeType\":\"video/VP8\",\"clockRate\":90000,
     \"preferredPayloadType\":96,\"rtcpFeedback\":[
       {\"type\":\"nack\",\"parameter\":\"pli\"}]},
    {\"kind\":\"audio\",\"mimeType\":\"audio/opus\",\"clockRate\":48000,
     \"channels\":2,\"preferredPayloadType\":111}]}}")
entered=yes
[ -n "$peer" ] || peer=$(echo "$room" |
  field 'first(.peers[] | select(any(.producers[]; .kind == "video")).id)')
producer_of () {
  echo "$room" | field --arg peer "$peer" --arg kind "$1" \
    'first(.peers[] | select(.id == $peer).producers[] |
      select(.kind == $kind).id)'
}

# receive_track KIND PORT RTCP-PORT: sets server (where it comes from) and pt.
receive_track () {
  server=$(api POST "/$ID/transports" \
    '{"type":"plain","rtcpMux":false,"comedia":false}')
  transport=$(echo "$server" | field .id)
  ip=$(echo "$server" | field .ip)
  # Our own address, as the server sees it.
  api POST "/$ID/transports/$transport/connect" \
    "{\"ip\":\"${MY_IP:-$ip}\",\"port\":$2,\"rtcpPort\":$3}" >/dev/null
  # Nothing flows before somebody listens.
  consumer=$(api POST "/$ID/transports/$transport/consume" \
    "{\"producerId\":\"$(producer_of "$1")\",\"paused\":true}")
  pt=$(echo "$consumer" | field '.rtpParameters.codecs[0].payloadType')
  consumer=$(echo "$consumer" | field .id)
}

# Once the program has the port, the track goes on with a key frame.
resume () {
  until awk '{print $2}' /proc/net/udp /proc/net/udp6 |
    grep -qi ":$(printf %04x "$video_port")\$"; do
    kill -0 "$child" 2>/dev/null || return 0
    sleep 0.1
  done
  api POST "/$ID/consumers/$audio_consumer/resume" >/dev/null
  api POST "/$ID/consumers/$video_consumer/resume" >/dev/null
}

receive_track audio "$audio_port" "$audio_rtcp"
audio_pt=$pt audio_consumer=$consumer
receive_track video "$video_port" "$video_rtcp"
video_pt=$pt video_consumer=$consumer
video_server=$(echo "$server" | field .rtcpPort)
echo "receiving $peer as $ID, video $video_port, audio $audio_port"

folder=$(mktemp -d)
case $TOOL in
  gst)
    video_sink="fpsdisplaysink text-overlay=false sync=false"
    if [ -n "$show" ]; then
      video_sink="$video_sink video-sink=autovideosink"
      audio_sink=autoaudiosink
    else
      video_sink="$video_sink video-sink=fakesink"
      audio_sink="fakesink sync=false"
    fi
    # The picture's RTCP leaves from the port that the server was told, and asks
    # for a key frame when there is none to begin with.
    start gst-launch-1.0 -v rtpbin name=rtp latency=100 rtp-profile=avpf \
      udpsrc port="$video_port" caps="application/x-rtp,media=video,\
encoding-name=VP8,clock-rate=90000,payload=$video_pt,\
rtcp-fb-nack-pli=(boolean)true" ! rtp.recv_rtp_sink_0 \
      rtp.send_rtcp_src_0 ! udpsink host="$ip" port="$video_server" \
        bind-port="$video_rtcp" sync=false async=false \
      rtp. ! rtpvp8depay request-keyframe=true wait-for-keyframe=true \
      ! vp8dec ! videoconvert ! $video_sink \
      udpsrc port="$audio_port" caps="application/x-rtp,media=audio,\
encoding-name=OPUS,clock-rate=48000,payload=$audio_pt" ! rtpjitterbuffer \
      ! rtpopusdepay ! opusdec ! audioconvert ! audioresample ! $audio_sink \
      >"$folder/log" 2>&1
    resume
    finish
    frames=$(grep -o 'rendered: [0-9]*' "$folder/log" | tail -n 1 |
      tr -dc 0-9)
    ;;
  ffmpeg)
    cat >"$folder/room.sdp" <<SDP
v=0
o=- 0 0 IN IP4 $ip
s=$ROOM
c=IN IP4 $ip
t=0 0
m=video $video_port RTP/AVP $video_pt
a=rtpmap:$video_pt VP8/90000
m=audio $audio_port RTP/AVP $audio_pt
a=rtpmap:$audio_pt opus/48000/2
SDP
    if [ -n "$show" ]; then
      output="-f sdl room -f alsa default"
    else
      output="-f null -"
    fi
    # It cannot ask for key frames: what it gets when it begins must do.
    start ffmpeg -hide_banner -nostdin -protocol_whitelist file,udp,rtp \
      -i "$folder/room.sdp" $output >"$folder/log" 2>&1
    resume
    finish
    frames=$(tr '\r' '\n' <"$folder/log" | grep -o 'frame= *[0-9]*' |
      tail -n 1 | tr -dc 0-9)
    ;;
  *) die "--with $TOOL: gst or ffmpeg" ;;
esac
[ "${frames:-0}" -gt 0 ] || cat "$folder/log" >&2
echo "decoded ${frames:-0} frames"
[ "${frames:-0}" -gt 0 ]
