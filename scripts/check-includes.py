#!/usr/bin/env python3
"""Checks who may include whom.

Usage: check-includes.py [ROOT]      checks ROOT/src (ROOT is this repository unless given)
       check-includes.py --self-test checks the checker

Every finding is one line, FILE:LINE: sentence. Exit status 0: nothing found.
"""
import pathlib
import re
import sys
import tempfile

# A layer and what it may include besides itself. An entry with a slash is one single header.
LAYERS = {
    "base": set(),
    "work": {"base"},
    "http": {"base"},
    "live": {"base", "http/application.hpp"},
    "store": {"base", "live/event.hpp"},
    "access": {"base", "http", "store", "live"},
    "net": {"base", "http", "work"},
    "config": {"base"},
    "research/statistics": {"base"},
    "measures": {"base", "research/statistics"},
    "research": {"base", "measures", "research/statistics"},
    "media": {"base"},
    "webauthn": {"base"},
    "migrations": {"base", "store"},
    "features": {
        *("base", "work", "http", "store", "live", "access", "measures", "media", "webauthn", "config"),
        *("research", "research/statistics"),
    },
}
ANYTHING = {"server"}  # the wiring, and main.cpp
BEAST_FILES_AT_MOST = 3

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# What precompiled headers and files joined into one would hide: a name whose header the file does not include itself.
OWN_HEADERS = {"fmt": (re.compile(r"\bfmt::"), re.compile(r"\bfmt/|spdlog/fmt/"))}
COROUTINE = re.compile(r"\b(co_await|co_return|co_yield)\b")
# Comments and literals, so that a word inside them is not taken for code. Order matters.
NOT_CODE = re.compile(
    r'R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])*'"
    r"|//[^\n]*"
    r"|/\*.*?\*/",
    re.S,
)


def without(text, keep_strings):
    """The text with comments (and literals) blanked; line numbers stay."""

    def blank(match):
        found = match.group(0)
        if keep_strings and not found.startswith("/"):
            return found
        return "\n" * found.count("\n") or " "

    return NOT_CODE.sub(blank, text)


def layer_of(folders):
    """The layer of a file in these folders beneath src: the first, or the first two where these are one of their own."""
    pair = "/".join(folders[:2])
    return pair if pair in LAYERS else folders[0]


def check(root):
    source = root / "src"
    findings = []
    beast = []
    files = sorted(p for p in source.rglob("*") if p.suffix in (".hpp", ".cpp", ".h", ".ipp") and p.is_file())
    known = set(LAYERS) | ANYTHING
    for path in files:
        parts = path.relative_to(source).parts
        layer = layer_of(parts[:-1]) if len(parts) > 1 else "main"
        name = path.relative_to(root).as_posix()
        folder = "/".join(parts[:-1])
        text = path.read_text(encoding="utf-8", errors="replace")

        def say(line, sentence):
            findings.append(f"{name}:{line}: {sentence}")

        if layer not in known and layer != "main":
            say(1, f"src/{layer} is not a known layer: name it in scripts/check-includes.py")
            continue
        if layer != "net":
            for number, line in enumerate(without(text, False).split("\n"), 1):
                word = COROUTINE.search(line)
                if word:
                    say(number, f"{word.group(1)} outside src/net: handlers are plain functions")
        included = [m.group(2) for m in map(INCLUDE.match, without(text, True).split("\n")) if m]
        for library, (used, header) in OWN_HEADERS.items():
            place = used.search(without(text, False))
            if place and not any(header.match(target) for target in included):
                say(without(text, False).count("\n", 0, place.start()) + 1, f"{library}:: without a header of {library}")
        has_beast = False
        for number, line in enumerate(without(text, True).split("\n"), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(2)
            if target.startswith("boost/beast"):
                has_beast = True
                if layer != "net":
                    say(number, "Boost.Beast is included only in src/net")
            if target == "sqlite3.h" and folder != "store/sqlite":
                say(number, "sqlite3.h is included only in src/store/sqlite")
            if target.endswith("libpq-fe.h") and folder != "store/postgres":
                say(number, "libpq-fe.h is included only in src/store/postgres")
            if target.startswith("curl/") and name != "src/features/notify/curl_handle.hpp":
                say(number, "curl is included only in src/features/notify/curl_handle.hpp")
            if (target == "fido.h" or target.startswith("fido/")) and name != "src/webauthn/webauthn.cpp":
                say(number, "libfido2 is included only in src/webauthn/webauthn.cpp")
            if match.group(1) == "<":
                continue
            if ".." in target.split("/"):
                say(number, "include by the path from src, without '..'")
                continue
            steps = target.split("/")
            if len(steps) < 2:
                continue
            other = layer_of(steps[:-1])
            if other not in known:
                continue
            if layer == "features" and other == "features" and len(parts) > 2 and len(steps) > 2:
                if steps[1] != parts[1] and "store" in "/".join(steps[2:]):
                    say(number, f"features/{parts[1]} reaches into the storage of features/{steps[1]}")
            if layer in ANYTHING or layer == "main" or other == layer:
                continue
            if other == "migrations" and path.name.endswith("_test.cpp"):
                continue  # a test may have the program's own tables
            if other not in LAYERS[layer] and target not in LAYERS[layer]:
                say(number, f"src/{layer} may not include {target}")
        if has_beast and not path.name.endswith("_test.cpp"):
            beast.append(name)
    if len(beast) > BEAST_FILES_AT_MOST:
        findings.append(
            f"{beast[-1]}:1: {len(beast)} files include Boost.Beast ({', '.join(beast)}); "
            f"at most {BEAST_FILES_AT_MOST}, it is what makes a build slow"
        )
    return findings, len(files)


def self_test():
    """Each case: files, and the beginnings of the findings expected, in order."""
    cases = [
        ("allowed", {"net/a.cpp": "#include <boost/beast.hpp>\n#include \"http/x.hpp\"\nco_return;"}, []),
        ("beast", {"http/a.cpp": "\n#include <boost/beast/core.hpp>\n"}, ["src/http/a.cpp:2: Boost.Beast"]),
        ("coroutine", {"work/a.cpp": "void f() {\n  co_await g();\n}"}, ["src/work/a.cpp:2: co_await"]),
        ("in words", {"work/a.cpp": "// co_await\n/* co_return\n */ auto s = \"co_await\"; auto r = R\"(\nco_await)\";"}, []),
        ("apostrophe", {"work/a.cpp": "int n = 1'000;\nco_await f('\"');\n"}, ["src/work/a.cpp:2"]),
        ("commented out", {"work/a.cpp": "// #include \"store/x.hpp\"\n/*\n#include \"net/x.hpp\"\n*/"}, []),
        ("sqlite", {"store/a.cpp": "#include <sqlite3.h>", "store/sqlite/b.cpp": "#include <sqlite3.h>"}, ["src/store/a.cpp:1"]),
        ("libpq", {"store/sqlite/a.cpp": "#include <libpq-fe.h>", "store/postgres/b.cpp": "#include <libpq-fe.h>"},
         ["src/store/sqlite/a.cpp:1"]),
        ("curl", {"features/notify/postman.cpp": "#include <curl/curl.h>", "features/notify/curl_handle.hpp": "#include <curl/curl.h>"},
         ["src/features/notify/postman.cpp:1"]),
        ("fido", {"access/a.cpp": "#include <fido/es256.h>", "webauthn/webauthn.cpp": "#include <fido.h>"}, ["src/access/a.cpp:1"]),
        ("base", {"base/a.hpp": '#include "work/x.hpp"'}, ["src/base/a.hpp:1"]),
        ("http", {"http/a.hpp": '#include "access/x.hpp"\n#include "store/x.hpp"\n#include "net/x.hpp"'},
         ["src/http/a.hpp:1", "src/http/a.hpp:2", "src/http/a.hpp:3"]),
        ("store", {"store/a.hpp": '#include "live/event.hpp"\n#include "live/hub.hpp"'}, ["src/store/a.hpp:2"]),
        ("access", {"access/a.cpp": '#include "store/x.hpp"\n#include "net/x.hpp"'}, ["src/access/a.cpp:2"]),
        ("feature", {"features/a/a.cpp": '#include "features/b/b.hpp"\n#include "features/b/b_store.hpp"\n'
                     '#include "features/a/a_store.hpp"'}, ["src/features/a/a.cpp:2"]),
        ("within a layer", {"research/statistics/a.hpp": '#include "measures/x.hpp"', "measures/a.hpp":
                            '#include "research/statistics/x.hpp"\n#include "research/x.hpp"'},
         ["src/measures/a.hpp:2", "src/research/statistics/a.hpp:1"]),
        ("server", {"server/a.cpp": '#include "features/b/b.hpp"', "main.cpp": '#include "server/a.hpp"'}, []),
        ("unknown", {"odd/a.cpp": ""}, ["src/odd/a.cpp:1"]),
        ("dots", {"http/a.cpp": '#include "../store/x.hpp"'}, ["src/http/a.cpp:1"]),
        ("own header", {"base/a.cpp": "\nauto s = fmt::format(1);", "base/b.cpp": "#include <fmt/format.h>\nauto s = fmt::format(1);",
                        "base/c.cpp": "// fmt::format"}, ["src/base/a.cpp:2: fmt::"]),
        ("three", {f"net/{n}.cpp": "#include <boost/beast.hpp>" for n in "abcd"}, ["src/net/d.cpp:1: 4 files"]),
    ]
    failed = 0
    for title, tree, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in tree.items():
                file = root / "src" / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            found, _ = check(root)
            right = len(found) == len(expected) and all(f.startswith(e) for f, e in zip(found, expected))
            if not right:
                failed += 1
                print(f"self-test '{title}': expected {expected}, found {found}")
    print(f"check-includes: self-test, {len(cases) - failed} of {len(cases)} cases right")
    return failed


def main(arguments):
    if arguments[:1] == ["--self-test"]:
        return 1 if self_test() else 0
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).resolve().parent.parent).resolve()
    findings, count = check(root)
    for finding in findings:
        print(finding)
    print(f"check-includes: {count} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
