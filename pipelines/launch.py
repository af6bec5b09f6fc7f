#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a pipeline template with gst-launch-1.0.

usage: launch.py TEMPLATE.launch [name=value ...] [-- gst-launch options]

Parameters are values: each is quoted as one string for the launch parser, so
that a value can never add an element."""
import os
import re
import shutil
import sys

PARAMETER = re.compile(r"\{([a-z][a-z0-9-]*)(?:=([^{}]*))?\}")


def quote(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_template(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    comments = [line[1:].strip() for line in lines if line.startswith("#")]
    text = " ".join(line for line in lines if not line.startswith("#"))
    return [c for c in comments if not c.startswith("SPDX")], text.strip()


def fill(text, values):
    """(launch description, missing names, unknown names)"""
    defaults = {m.group(1): m.group(2) for m in PARAMETER.finditer(text)
                if m.group(2) is not None}
    names = {m.group(1) for m in PARAMETER.finditer(text)}
    missing = names - set(defaults) - set(values)
    unknown = set(values) - names
    values = {**defaults, **values}
    if missing or unknown:
        return None, missing, unknown
    return PARAMETER.sub(lambda m: quote(values[m.group(1)]), text), None, None


def tokens(launch):
    """gst-launch takes words; spaces inside quotes do not part them."""
    return re.findall(r'(?:"(?:\\.|[^"\\])*"|\S)+', launch)


def add_build_dir_to_plugin_path():
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    build = os.environ.get("SFU_BUILD_DIR", os.path.join(root, "build"))
    plugins = os.path.join(build, "plugins")
    if os.path.isdir(plugins):
        old = os.environ.get("GST_PLUGIN_PATH")
        os.environ["GST_PLUGIN_PATH"] = plugins + (":" + old if old else "")


def main(argv):
    if len(argv) < 2 or argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if len(argv) > 1 else 2
    options = []
    if "--" in argv:
        options = argv[argv.index("--") + 1:]
        argv = argv[:argv.index("--")]
    comments, text = read_template(argv[1])
    values = dict(arg.split("=", 1) for arg in argv[2:] if "=" in arg)
    launch, missing, unknown = fill(text, values)
    if launch is None:
        for name in sorted(missing):
            print(f"missing parameter: {name}=...", file=sys.stderr)
        for name in sorted(unknown):
            print(f"unknown parameter: {name}", file=sys.stderr)
        print("\n".join(["", *comments]), file=sys.stderr)
        return 2
    gst = shutil.which("gst-launch-1.0")
    if not gst:
        print("gst-launch-1.0 is missing: install gstreamer1.0-tools",
              file=sys.stderr)
        return 1
    add_build_dir_to_plugin_path()
    os.execv(gst, [gst, "-e", *options, *tokens(launch)])


if __name__ == "__main__":
    sys.exit(main(sys.argv))
