#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows the router by itself: two test pictures go in, three consumers come out.
# The first follows one picture, the second is paused (its sink sees not one
# packet), the third changes between the two every second and decodes without
# an error because it changes on key frames only. Ten seconds.
set -eu
cd "$(dirname "$0")/../.."
exec pipelines/launch.py pipelines/router.launch frames="${1:-200}" -- -v
