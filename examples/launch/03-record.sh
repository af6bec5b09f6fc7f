#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows recording without transcoding: a room's video and audio go to viewers
# and, byte for byte as they were published, into a WebM file of ten seconds.
set -eu
cd "$(dirname "$0")/../.."
file=${1:-room.webm}
frames=${2:-200}
pipelines/launch.py pipelines/record.launch file="$file" frames="$frames" \
  blocks=$((frames * 5 / 2)) -- -q
ls -l "$file"
