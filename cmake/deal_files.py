#!/usr/bin/env python3
"""Deals C++ files out into groups that can each be compiled as one file.

Usage: cmake/deal_files.py AT_MOST FILE...    prints "GROUP FILE" for each file

Two files of a group have no name in common that both define for themselves: each may have its kFind or its soon(). What a
file defines stands at the beginning of a line, as clang-format lays it out. What this overlooks the compiler refuses.
"""
import re
import sys

NAMESPACE = re.compile(r"namespace ([\w:]+) \{$")
DEFINED = (
    re.compile(r"#define (\w+)"),
    re.compile(r"(?:template .*)?(?:struct|class|enum class|enum|using) (\w+)(?! *;)"),
    re.compile(r"(?:TEST|TEST_F|TEST_P|INSTANTIATE_TEST_SUITE_P)\((\w+, \w+)\)"),
    # A variable or a function: the last word before what it is or takes. Members (Name::member) have none of their own.
    re.compile(r"(?!return\b)[\w\[][^(={;]*?[\s*&>](\w+)(?:\[\w*\])?[({=;]"),
    re.compile(r"(?!return\b)[\w\[][^(={;]*?[\s*&>](\w+)(?:\[\w*\])? ="),
)


def names(file):
    """What a file defines for itself, each with the namespace it is in."""
    inside, found = "", set()
    with open(file, encoding="utf-8") as lines:
        for line in lines:
            opened = NAMESPACE.match(line)
            if opened:
                inside = opened.group(1)
                continue
            for pattern in DEFINED:
                match = pattern.match(line)
                if match:
                    found.add(("" if line[0] == "#" else inside, match.group(1)))
                    break
    return found


def main():
    at_most, files = int(sys.argv[1]), sys.argv[2:]
    groups = [(set(), []) for _ in range(-(-len(files) // at_most))]
    for file in files:
        own = names(file)
        fitting = [group for group in groups if len(group[1]) < at_most and not group[0] & own]
        if not fitting:
            groups.append((set(), []))
            fitting = groups[-1:]
        taken, members = min(fitting, key=lambda group: len(group[1]))
        taken |= own
        members.append(file)
    for number, (_, members) in enumerate(groups):
        for file in members:
            print(number, file)


if __name__ == "__main__":
    main()
