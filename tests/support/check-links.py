#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Do the links between pages lead anywhere?  check-links.py ROOT

Every relative link of every page in the tree must name a file that is there,
and its anchor a heading of that page. Prints TAP.
"""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page):
    """As GitHub makes them of headings."""
    for heading in HEADING.findall(page.read_text(encoding="utf-8")):
        words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        yield words.replace(" ", "-")


def is_good(page, link):
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors(target)


def main():
    root = pathlib.Path(sys.argv[1])
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "*.md"],
        check=True, capture_output=True, text=True,
    ).stdout.split()
    number = failed = 0
    for name in listed:
        page = root / name
        for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
            if re.match(r"[a-z]+:", link):
                continue
            number += 1
            good = is_good(page, link)
            failed += not good
            print(f"{'ok' if good else 'not ok'} {number} - {name}: {link}")
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
