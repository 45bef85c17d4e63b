"""Files that go with messages: what is none of those that are taken, names that lead elsewhere, more than is allowed, and
what a virus scanner finds."""
import base64
import contextlib
import json
import pathlib
import shutil
import subprocess
import time

from common import QUICK, new_id
from harness import ROOT, Person, Server, wait_until

SAMPLES = ROOT / "fuzz/corpus/fuzz_media"
PAPER = (SAMPLES / "paper.pdf").read_bytes()
# The file with which virus scanners are tried (eicar.org), in two halves so that none takes this one for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"

NO_FILES = {
    "HTML": b"<!DOCTYPE html><script>alert(1)</script>", "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "a program": b"\x7fELF" + bytes(60),
    "a program for Windows": b"MZ" + bytes(60), "a ZIP": b"PK\x03\x04" + bytes(60), "a script": b"#!/bin/sh\nid\n",
    "a GIF that is JavaScript": b"GIF89a/*" + bytes(8) + b"*/=1;alert(1)", "words": b"hello", "zeros": bytes(5000),
    "a PDF that is HTML too": PAPER + b"<script>alert(1)</script>", "HTML that is a PDF too": b"<script>1</script>" + PAPER,
    "a PNG of 2 000 000 000 pixels": (SAMPLES / "shot.png").read_bytes()[:16] + b"\x00\x00\xff\xff\x00\x00\xff\xff" + bytes(40),
    "half a picture": (SAMPLES / "photo.jpg").read_bytes()[:400], "a film": (SAMPLES / "film.mp4").read_bytes(),
}


def bring(address, person, place, content, name="paper.pdf", part_bytes=184_320):
    """Announces a file and sends its parts; its id."""
    file = new_id()
    announced = person.ask(address, "POST", "/api/attachments", {"id": file, "place": place, "name": name, "bytes": len(content)})
    assert announced.status == 201, announced.body
    for number in range(-(-len(content) // part_bytes)):
        part = base64.b64encode(content[number * part_bytes:(number + 1) * part_bytes]).decode()
        answer = person.ask(address, "PUT", f"/api/attachments/{file}/part", {"number": number, "content": part})
        assert answer.status == 204, answer.body
    return file


def check(address, person, file):
    answer = person.ask(address, "POST", f"/api/attachments/{file}/check", timeout=60)
    return answer.status, json.loads(answer.body)


def odd_files(house, report):
    """Whatever is sent comes out as one of nine kinds, to be saved, or not at all."""
    address, person, room = house.address, house.victim, house.room
    wrong = []
    for words, content in NO_FILES.items():
        for name in ("photo.png", "paper.pdf"):
            status, said = check(address, person, bring(address, person, room, content, name))
            if status != 422 or not said["code"].startswith("media."):
                wrong.append(f"{words} as {name}: {status} {said}"[:200])
    report.check("what is no picture, document or sound is refused, whatever its name", not wrong, "; ".join(wrong[:3]))
    kept = house.rows("SELECT COUNT(*) FROM attachment WHERE author_id = ? AND state = 'coming'", person.id)[0][0]
    report.check("nothing of it stays", kept == 0, str(kept))

    names = {"../../../etc/passwd": "passwd.pdf", "..\\..\\boot.ini": "boot.ini.pdf", "/dev/null": "null.pdf", "": "file.pdf",
             "a\u202efdp.exe": "afdp.exe.pdf", "x\r\nSet-Cookie: a=b.pdf": "xSet-Cookie: a=b.pdf", "\u0007.pdf": "pdf.pdf",
             "'; DROP TABLE attachment; --": "'; DROP TABLE attachment; --.pdf", "n" * 5000: "n" * 95 + ".pdf",
             "\"><img src=x onerror=alert(1)>.pdf": "\"><img src=x onerror=alert(1)>.pdf"}
    wrong = []
    for name, clean in names.items():
        file = bring(address, person, room, PAPER, name)
        _, said = check(address, person, file)
        answer = person.ask(address, "GET", f"/api/attachments/{file}/content")
        headers = answer.headers
        expected = {"content-type": "application/pdf", "x-content-type-options": "nosniff", "cache-control": "no-store"}
        fits = all(headers.get(key) == value for key, value in expected.items()) and "set-cookie" not in headers and \
            headers.get("content-disposition", "").startswith("attachment; filename=\"") and \
            headers.get("content-security-policy", "").startswith("sandbox; default-src 'none'")
        if said.get("name") != clean or answer.body != PAPER or not fits:
            wrong.append(f"{name[:30]!r}: {said} {headers}"[:400])
        person.ask(address, "DELETE", f"/api/attachments/{file}")
    report.check("a name is for people: no path, no line, no turned writing, and never more than text", not wrong, "; ".join(wrong[:2]))

    photo = bring(address, person, room, (SAMPLES / "photo.jpg").read_bytes(), "photo.jpg")
    checked = check(address, person, photo)
    content = person.ask(address, "GET", f"/api/attachments/{photo}/content").body
    report.check("a picture tells neither place nor device", checked[0] == 200 and b"Secret" not in content and b"GPS" not in content and
                 content.startswith(b"\xff\xd8") and content.endswith(b"\xff\xd9"), str(checked))
    sent = person.ask(address, "POST", f"/api/rooms/{room}/messages", {"id": new_id(), "text": "", "attachments": [{"id": photo}]})
    read = {p: p.ask(address, "GET", f"/api/attachments/{photo}/content").status for p in (person, house.therapist)}
    others = [p for p in house.everybody if p not in read]
    refused = {p.role: p.ask(address, "GET", f"/api/attachments/{photo}/content").status for p in others}
    report.check("it is read by the two, and by nobody else", sent.status == 201 and set(read.values()) == {200} and
                 set(refused.values()) <= {403, 404}, f"{sent.body[:100]} {refused}")
    line = house.therapist.live(address)
    frame = line.answer_to(line.ask(f"GET /api/attachments/{photo}/content"))
    line.drop()
    report.check("not over a live line: 422 live.needs_http", frame["status"] == 422 and frame["body"]["code"] == "live.needs_http")


def too_much_of_a_file(house, report):
    """More than is allowed, in every way."""
    address, person, room = house.address, house.other_client, house.other_episode["chat_room"]

    def announced(size):
        answer = person.ask(address, "POST", "/api/attachments", {"id": new_id(), "place": room, "name": "x", "bytes": size})
        return answer.status, json.loads(answer.body).get("code")

    report.check("a file that is too large: 413 before a byte of it comes", announced((10 << 20) + 1) == (413, "attachment.too_large"))
    for size in (0, -1, -(1 << 63)):
        report.check(f"a file of {size} bytes: 422", announced(size)[0] == 422)
    file = new_id()
    person.ask(address, "POST", "/api/attachments", {"id": file, "place": room, "name": "x", "bytes": 10})
    for words, part in (("longer than announced", (0, bytes(11))), ("shorter", (0, bytes(9))), ("a part too many", (1, bytes(10))),
                        ("a number below 0", (-1, bytes(10))), ("a number beyond all", (1 << 62, bytes(10)))):
        body = {"number": part[0], "content": base64.b64encode(part[1]).decode()}
        answer = person.ask(address, "PUT", f"/api/attachments/{file}/part", body)
        report.check(f"a part, {words}: 422", answer.status == 422, str(answer.status))
    report.check("looked at before it is whole: 409", check(address, person, file)[0] == 409)
    statuses = [announced(10 << 20) for _ in range(12)]
    report.check("100 MB a day, and no more: 413", [s for s, _ in statuses].count(201) == 9 and statuses[-1] == (413, "attachment.day_full"),
                 str(statuses))
    began = time.monotonic()
    answer = house.send(house.victim, house.room, "meanwhile")
    report.check("others are served meanwhile", answer.status == 201 and time.monotonic() - began < QUICK)


class Clamd:
    """ClamAV's daemon with one signature of its own, that of the file with which scanners are tried."""

    def __init__(self, program, folder):
        folder.mkdir()
        signatures = folder / "signatures"
        signatures.mkdir()
        (signatures / "own.ndb").write_text(f"Own.Test.EICAR:0:*:{EICAR.hex()}\n")
        self.socket = folder / "clamd.sock"
        config = folder / "clamd.conf"
        config.write_text(f"Foreground yes\nDatabaseDirectory {signatures}\nLocalSocket {self.socket}\nTemporaryDirectory {folder}\n"
                          f"User {pathlib.Path(folder).owner()}\nOfficialDatabaseOnly no\n")
        self.process = subprocess.Popen([program, "--config-file", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_until(lambda: self.socket.exists() or self.process.poll() is not None, "clamd listens")

    def stop(self):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()


def infected_files(house, report):
    """With a real scanner: found, away, and back."""
    program = shutil.which("clamd", path="/usr/sbin:/usr/bin")
    if not program:
        report.skip("a virus scanner finds what it is tried with", "clamd (Debian's clamav-daemon) is not there")
        return
    folder = house.server.folder / "scanned"
    server = Server(house.server.binary, folder)
    accounts = server.make_practice(1)
    clamd = Clamd(program, folder / "clamd")
    server.options = ["--attachments-clamd", f"unix:{clamd.socket}"]
    server.start()
    try:
        client = next(Person(a).log_in(server.address) for a in accounts if a["role"] == "client")
        room = client.get(server.address, "/api/episodes")["episodes"][0]["chat_room"]
        infected = PAPER.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%" + EICAR + b"\n")
        report.check("clean: taken", check(server.address, client, bring(server.address, client, room, PAPER))[0] == 200)
        status, said = check(server.address, client, bring(server.address, client, room, infected, "diary.pdf"))
        report.check("with what scanners are tried with: 422 attachment.infected", (status, said["code"]) == (422, "attachment.infected"), str(said))
        rows = json.loads(client.ask(server.address, "GET", "/api/attachments?place=" + room).body)
        report.check("it does not stay", len(rows["attachments"]) == 1)
        report.check("the log says that it was, and neither whose nor its name", "attachments.infected" in server.said() and
                     "diary" not in server.said() and client.id not in server.said())
        clamd.stop()
        waiting = bring(server.address, client, room, PAPER)
        status, said = check(server.address, client, waiting)
        report.check("the scanner is away: 503, nothing passes unscanned", (status, said["code"]) == (503, "attachment.not_scanned"), str(said))
        unread = client.ask(server.address, "GET", f"/api/attachments/{waiting}/content").status
        gone = client.ask(server.address, "POST", f"/api/rooms/{room}/messages",
                          {"id": new_id(), "text": "x", "attachments": [{"id": waiting}]})
        report.check("what was not scanned is neither read nor sent", (unread, gone.status) == (404, 422))
        shutil.rmtree(folder / "clamd")
        clamd = Clamd(program, folder / "clamd")
        report.check("the scanner is back: the same file is taken", (again := check(server.address, client, waiting))[0] == 200, str(again))
    finally:
        clamd.stop()
        server.stop()
