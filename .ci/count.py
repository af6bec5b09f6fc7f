#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the test cases of meson's JUnit file and prints one closing line.

Exit status 1 when anything failed or nothing ran."""
import sys
import xml.etree.ElementTree as ElementTree


def main():
    passed = failed = skipped = 0
    for suite in ElementTree.parse(sys.argv[1]).getroot().iter("testsuite"):
        cases = list(suite.iter("testcase"))
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
    line = f"{passed} passed, {failed} failed"
    print(f"{line}, {skipped} skipped" if skipped else line)
    return 1 if failed or not passed else 0


sys.exit(main())
