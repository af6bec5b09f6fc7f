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


def tail(suite):
    """The end of what the program said, for whoever sees only our last lines."""
    said = "\n".join(suite.findtext(name) or ""
                     for name in ("system-out", "system-err"))
    for line in said.strip().splitlines()[-TAIL_LINES:]:
        print(f"    {line}")


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
