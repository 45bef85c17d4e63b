"""Files that come from outside: backups that somebody changed, questionnaires that somebody sent."""
import hashlib
import json
import shutil
import time

from common import QUICK
from harness import ROOT, Server


def described(path, name):
    content = path.read_bytes()
    return {"name": name, "bytes": len(content), "digest": hashlib.blake2b(content, digest_size=32).hexdigest()}


def refused(report, words, done, took, needle=""):
    lines = done.stderr.strip().split("\n")
    report.check(f"{words}: refused with one sentence, at once", done.returncode == 1 and len(lines) == 1 and needle in lines[0]
                 and took < QUICK, f"{done.returncode}, {took:.1f} s: {done.stderr.strip()[-200:]}")


def changed_backups(house, report):
    """What a manifest names is there and has the right digest: without a look at the name it would be put where that leads."""
    server = Server(house.server.binary, house.server.folder / "imports")
    server.make_practice(1)
    whole = server.folder / "whole"
    report.check("a backup to change", server.command("backup", *server.place(), "--to", str(whole)).returncode == 0)
    secret = server.folder / "secret"
    secret.write_text("of somebody else")
    target = server.folder / "target" / "data"

    def restored(words, change, part="data", needle="cannot be used"):
        backup = server.folder / "changed"
        shutil.copytree(whole, backup)
        (backup / "secret").write_text("of somebody else")
        (backup / part / "sub").mkdir()
        (backup / part / "sub" / "secret").write_text("of somebody else")
        manifest = json.loads((backup / part / "manifest.json").read_text())
        text = change(backup / part, manifest)
        (backup / part / "manifest.json").write_text(text or json.dumps(manifest))
        began = time.monotonic()
        refused(report, words, server.command("restore", "--from", str(backup), "--data", str(target)),
                time.monotonic() - began, needle)
        left = [str(p) for p in target.parent.rglob("*") if p.is_file() and p.name != "rapport.lock"] if target.parent.exists() else []
        report.check(f"{words}: nothing is put anywhere", not left, ", ".join(left))
        shutil.rmtree(backup)
        shutil.rmtree(target.parent, ignore_errors=True)

    for name in ("../secret", "sub/secret", "./../secret", str(secret)):
        for part in ("data", "keys"):
            restored(f"a backup of the {part} that names {name.replace(str(server.folder), '…')}", lambda folder, manifest, n=name:
                     manifest["files"].append(described(folder / n, n)), part)
    restored("a backup whose file leads elsewhere", lambda folder, manifest: link_instead(folder / manifest["files"][0]["name"]),
             needle="rapport.db")
    restored("a manifest of 10 MB", lambda folder, manifest: json.dumps({**manifest, "program": "x" * (10 << 20)}), needle="manifest")
    restored("a manifest nested 100,000 deep", lambda folder, manifest: "[" * 30_000 + "]" * 30_000)
    restored("a manifest with a field twice", lambda folder, manifest: json.dumps(manifest)[:-1] + ',"files":[]}')


def link_instead(path):
    elsewhere = path.parent.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def changed_questionnaires(house, report):
    """A folder with a questionnaire more; the program starts with it or says what is wrong."""
    questionnaire, scoring = ((ROOT / f"resources/instruments/k6.{kind}.json").read_text() for kind in ("questionnaire", "scoring"))
    folder = house.server.folder / "instruments"

    def opened(*changes):
        folder.mkdir()
        for kind, text in (("questionnaire", questionnaire), ("scoring", scoring)):
            for before, after in changes:
                text = text.replace(before, after)
            (folder / f"sent.{kind}.json").write_bytes(text.encode().replace(b"BYTE", b"\xff"))
        began = time.monotonic()
        done = house.server.command("instruments", "--json", "--instruments", str(folder))
        shutil.rmtree(folder)
        return done, time.monotonic() - began

    done, _ = opened(("k6", "sent"))
    report.check("a questionnaire of one's own is taken", done.returncode == 0 and '"sent"' in done.stdout, done.stderr)
    for words, *changes in (
            ("an id that climbs", ("k6", "../../sent")), ("an id with a script", ("k6", "<script>")),
            ("100,000 levels", ('"status": "active"', '"x": ' + "[" * 100_000 + "]" * 100_000)),
            ("50 MB", ("k6", "sent"), ('"Patient"', '"' + "x" * (50 << 20) + '"')), ("no UTF-8", ("k6", "sent"), ('"active"', '"BYTE"'))):
        refused(report, f"a questionnaire with {words}", *opened(*changes))
