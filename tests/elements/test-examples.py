#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The launch templates and examples do what their comments say. TAP on stdout.

usage: test-examples.py PROJECT-DIR BUILD-DIR"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import traceback

PROJECT, BUILD = sys.argv[1:3]
FRAMES = 60
ENV = dict(os.environ, SFU_BUILD_DIR=BUILD, G_DEBUG="fatal-criticals",
           GST_PLUGIN_PATH=os.path.join(BUILD, "plugins"))


def run(*command):
    done = subprocess.run(command, cwd=PROJECT, env=ENV, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def free_ports(n):
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
               for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def rendered(text):
    return max(map(int, re.findall(r"rendered: (\d+)", text)), default=0)


def sink_lines(text, name):
    return [line for line in text.splitlines() if f":{name}:" in line]


def test_router():
    text = run("examples/launch/01-router.sh", str(FRAMES))
    assert rendered("\n".join(sink_lines(text, "bars"))) > FRAMES // 2, text
    assert rendered("\n".join(sink_lines(text, "switching"))) > FRAMES // 2, \
        text
    paused = sink_lines(text, "paused")
    assert paused and not any("chain" in line for line in paused), text


def test_rtp():
    text = run("examples/launch/02-rtp.sh",
               *map(str, free_ports(3)), str(FRAMES))
    viewers = [line for line in text.splitlines() if "viewer on port" in line]
    assert len(viewers) == 2, text
    assert all(rendered(line) > 0 for line in viewers), text


def test_plain():
    text = run("examples/launch/04-plain.sh", *map(str, free_ports(2)),
               str(FRAMES))
    viewers = [line for line in text.splitlines() if "viewer:" in line]
    assert len(viewers) == 1 and rendered(viewers[0]) > FRAMES // 2, text


def test_record():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "room.webm")
        run("examples/launch/03-record.sh", path, str(FRAMES))
        text = run("gst-launch-1.0", "-v", "filesrc", f"location={path}", "!",
                   "matroskademux", "name=d",
                   "d.video_0", "!", "queue", "!", "vp8dec", "!",
                   "videoconvert", "!", "fpsdisplaysink",
                   "text-overlay=false", "sync=false",
                   "video-sink=fakesink",
                   "d.audio_0", "!", "queue", "!", "opusdec", "!", "fakesink")
        assert "rate=(int)48000" in text, text
        assert "width=(int)320" in text, text


def test_embedded_in_c():
    text = run(os.path.join(BUILD, "examples/embed/room"), "3")
    assert "viewer 2 joins" in text and "viewer 2 leaves" in text, text
    packets = [int(n) for n in re.findall(r"viewer [01] .*?(\d+) packets", text)]
    assert packets[-1] > 0 and packets[-2] > 0, text


def test_embedded_in_python():
    text = run("/usr/bin/python3", "examples/embed/room.py", "4")
    assert "'late':" in text, text  # exit status 0 = both saw pictures


def test_parameters_are_values():
    done = subprocess.run(
        ["pipelines/launch.py", "pipelines/record.launch"], cwd=PROJECT,
        env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "missing parameter: file" in done.stderr
    sys.path.insert(0, os.path.join(PROJECT, "pipelines"))
    import launch  # pylint: disable=import-outside-toplevel
    text, _, _ = launch.fill("filesink location={file}",
                             {"file": 'x" ! fakesink name="y'})
    assert text == 'filesink location="x\\" ! fakesink name=\\"y"', text
    assert len(launch.tokens(text)) == 2, launch.tokens(text)


def main():
    tests = [(name, test) for name, test in sorted(globals().items())
             if name.startswith("test_")]
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {name}", flush=True)
        except Exception:  # pylint: disable=broad-except
            print(f"not ok {number} {name}")
            print("# " + traceback.format_exc().replace("\n", "\n# "),
                  flush=True)


main()
