#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Do the pages quote what the programs say?  check-texts.py ROOT PAGE...

Every heading "### `text`" of a page must stand in the string literals of
server/ and plugins/, piece by piece between the places marked with an ellipsis.
Prints TAP.
"""
import pathlib
import re
import sys

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# Literals side by side are one; PRI macros stand between some.
GLUE = re.compile(r'(?<!\\)"\s*(?:G_G\w+_FORMAT\s*)?(?:\n\s*)?"')
HEADING = re.compile(r"^### `(.+)`$", re.MULTILINE)
# A conversion of printf is what an ellipsis stands for.
CONVERSION = re.compile(r"%[-+0#]*\d*(?:\.\d+)?(?:hh|h|ll|l|z)?[a-zA-Z]?")


def literals(root):
    texts = []
    for folder in ("server", "plugins"):
        for path in sorted((root / folder).rglob("*.c")):
            source = GLUE.sub("", path.read_text(encoding="utf-8"))
            texts += [m.replace('\\"', '"') for m in LITERAL.findall(source)]
    return [CONVERSION.sub("…", text) for text in texts]


def is_said(heading, texts):
    pieces = [piece.strip() for piece in heading.split("…")]
    pieces = [piece for piece in pieces if len(piece) > 3]
    return all(
        any(piece in text for text in texts)
        # A sentence may be put together from two: its halves are looked for.
        or all(any(half.strip() in text for text in texts)
               for half in re.split(r"(?<=\)): |(?<=TCP\)): ", piece))
        for piece in pieces
    )


def main():
    root = pathlib.Path(sys.argv[1])
    texts = literals(root)
    number = failed = 0
    for page in sys.argv[2:]:
        for heading in HEADING.findall((root / page).read_text(encoding="utf-8")):
            number += 1
            said = is_said(heading, texts)
            failed += not said
            print(f"{'ok' if said else 'not ok'} {number} - {page}: {heading}")
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
