#!/usr/bin/python3
"""The table of rules in docs/how-to/signals.md, made from resources/signals/rules.json.

Usage: scripts/signal-rules-table.py [--check]
Writes the table between its two marks; with --check it changes nothing and fails when the page is not up to date.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/how-to/signals.md"
BEGIN, END = "<!-- rules: made by scripts/signal-rules-table.py -->\n", "<!-- end of rules -->\n"


def numbers(rule):
    parts = [f"strength {rule['strength']}"] if "strength" in rule else []
    parts += [f"{key.replace('_', ' ')} {value:g}" for key, value in rule.get("parameters", {}).items()]
    for measure in rule.get("measures", []):
        own = ", ".join(f"{key} {measure[key]:g}" for key in ("drop", "error", "low", "spread") if key in measure)
        parts.append(f"{measure['instrument']} {measure['scale']}" + (f" ({own})" if own else ""))
    return "; ".join(parts) or "–"


def basis(rule):
    """Screens name no page of ours; this one links the figures by which numbers were chosen."""
    for language in ("citation", "citation_de"):
        if not rule.get(language):
            sys.exit(f"resources/signals/rules.json: {rule['rule']} has no {language}")
    citation = rule["citation"].replace("simulated courses", "[simulated courses](signals-figures.md)")
    return f"{rule['basis']}. {citation}"


def table():
    rules = json.loads((ROOT / "resources/signals/rules.json").read_text())["rules"]
    lines = ["| Rule | What it says | Signal | Level | Numbers | Basis |", "|---|---|---|---|---|---|"]
    for rule in rules:
        cells = [f"`{rule['rule']}` {rule['version']}", rule["title"], rule["signal"], rule["level"], numbers(rule),
                 basis(rule)]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    page = PAGE.read_text()
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    wanted = page[:begin] + table() + page[end:]
    if "--check" in sys.argv[1:]:
        if wanted != page:
            sys.exit("docs/how-to/signals.md has another table than resources/signals/rules.json: run scripts/signal-rules-table.py")
    else:
        PAGE.write_text(wanted)


if __name__ == "__main__":
    main()
