#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the test cases of meson's JUnit files and prints one closing line.

Exit status 1 when anything failed or nothing ran."""
import re
import sys
import xml.etree.ElementTree as ElementTree


# What XML 1.0 has no character for; meson copies it from a test's output as it
# came, and a report with a single one would not be read at all.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_report(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return ElementTree.fromstring(NOT_XML.sub("\ufffd", file.read()))


TAIL_LINES = 40
# TAP says behind "not ok" what was expected, and where.
FAILURE_LINES = 30
FAILURE = re.compile(r"\s*not ok\b")
SUCCESS = re.compile(r"\s*ok\b")


def tail(suite):
    """What the program said of its failures and at its end, for whoever sees
    only our last lines."""
    said = "\n".join(suite.findtext(name) or ""
                     for name in ("system-out", "system-err"))
    lines = said.strip().splitlines()
    end = len(lines) - TAIL_LINES
    shown = set(range(max(0, end), len(lines)))
    left = 0
    for i, line in enumerate(lines[:max(0, end)]):
        if FAILURE.match(line):
            left = FAILURE_LINES
        elif SUCCESS.match(line):
            left = 0
        if left > 0:
            shown.add(i)
            left -= 1
    last = None
    for i in sorted(shown):
        if last is not None and i != last + 1:
            print("    ...")
        print(f"    {lines[i]}")
        last = i


def main():
    passed = failed = skipped = 0
    suites = [suite for path in sys.argv[1:]
              for suite in read_report(path).iter("testsuite")]
    for suite in suites:
        cases = list(suite.iter("testcase"))
        failed_before = failed
        for case in cases:
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                print(f"failed: {suite.get('name')} {case.get('name')}")
            elif case.find("skipped") is not None:
                skipped += 1
            else:
                passed += 1
        # A program that died counts even when it reported no failed case.
        broken = int(suite.get("errors") or 0)
        if broken and not any(c.find("error") is not None for c in cases):
            failed += broken
            print(f"failed: {suite.get('name')} (the program itself)")
        if failed > failed_before:
            tail(suite)
    line = f"{passed} passed, {failed} failed"
    print(f"{line}, {skipped} skipped" if skipped else line)
    return 1 if failed or not passed else 0


sys.exit(main())
