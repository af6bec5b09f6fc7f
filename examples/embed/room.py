#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A room inside a Python application, by GObject introspection.

    GST_PLUGIN_PATH=build/plugins examples/embed/room.py [seconds]

A publisher, a viewer that decodes, and a second one that joins late and gets a
picture at once because its consumer asks the publisher for a key frame."""
import sys

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402


class Room:
    def __init__(self):
        self.pipeline = Gst.Pipeline.new("app")
        self.router = Gst.ElementFactory.make("sfurouter", "room")
        if not self.router:
            sys.exit("no sfurouter: set GST_PLUGIN_PATH to build/plugins")
        self.pipeline.add(self.router)
        self.frames = {}

    def publish(self, launch):
        source = Gst.parse_bin_from_description(launch, True)
        self.pipeline.add(source)
        source.link_pads("src", self.router, "sink_%u")
        source.sync_state_with_parent()

    def view(self, name, producer):
        viewer = Gst.parse_bin_from_description(
            "rtpvp8depay ! vp8dec ! "
            "fakesink name=sink sync=false async=false signal-handoffs=true",
            True)
        self.frames[name] = 0
        sink = viewer.get_by_name("sink")
        sink.connect("handoff", lambda *_: self.count(name))
        self.pipeline.add(viewer)
        pad = self.router.request_pad_simple("src_%u")
        pad.set_property("producer", producer)
        pad.link(viewer.get_static_pad("sink"))
        viewer.sync_state_with_parent()
        return pad

    def count(self, name):
        self.frames[name] += 1


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 6
    Gst.init(None)
    room = Room()
    # one key frame at the start and none again unless somebody asks
    room.publish("videotestsrc is-live=true ! video/x-raw,width=320,height=240,"
                 "framerate=20/1 ! vp8enc deadline=1 keyframe-max-dist=100000 "
                 "! rtpvp8pay")
    room.view("early", "sink_0")
    room.pipeline.set_state(Gst.State.PLAYING)
    loop = GLib.MainLoop()
    GLib.timeout_add(seconds * 500, lambda: room.view("late", "sink_0") and False)
    GLib.timeout_add(seconds * 1000, loop.quit)
    loop.run()
    for pad in room.router.srcpads:
        print(pad.get_name(), pad.get_property("stats").to_string())
    room.pipeline.set_state(Gst.State.NULL)
    print("frames decoded:", room.frames)
    return 0 if all(room.frames.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
