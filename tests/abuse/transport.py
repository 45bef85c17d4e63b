"""Sizes, frames, headers and connections that nobody well-meaning sends."""
import contextlib
import json
import resource
import socket
import struct
import time

from common import PATIENCE, QUICK, connect, head, new_id, raw, status_of
from harness import BINARY, CLOSE, PING, HandshakeRefused, LineClosed, LiveLine, Server, call, frame_bytes

GIGABYTE = 1 << 30


def large_bodies(house, report):
    before = house.memory()
    target = f"/api/rooms/{house.room}/messages"
    auth = [f"X-CSRF-Token: {house.victim.csrf}", "Content-Type: application/json"]
    began = time.monotonic()
    data, ended = raw(house.address, head("POST", target, *auth, f"Content-Length: {GIGABYTE}", cookie=house.victim.cookie))
    report.check("1 GB announced: 413 at once, connection ended", status_of(data) == 413 and ended,
                 f"{status_of(data)} after {time.monotonic() - began:.2f} s")
    data, ended = raw(house.address, head("POST", target, *auth, f"Content-Length: {GIGABYTE}", "Expect: 100-continue",
                                          cookie=house.victim.cookie))
    report.check("1 GB announced with Expect: 413 without 100", status_of(data) == 413, data[:30].decode("latin-1"))
    for name, line, piece in (
            ("1 GB streamed", f"Content-Length: {GIGABYTE}", b"x" * 65536),
            ("1 GB streamed in chunks", "Transfer-Encoding: chunked", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
            ("1 GB streamed as one chunk", "Transfer-Encoding: chunked", b"x" * 65536)):
        sent = 0
        with connect(house.address, timeout=10) as connection:
            connection.sendall(head("POST", target, *auth, line, cookie=house.victim.cookie))
            if "one chunk" in name:
                connection.sendall(b"40000000\r\n")
            with contextlib.suppress(OSError):
                while sent < GIGABYTE:
                    sent += connection.send(piece)
        report.check(f"{name}: cut off early", sent < 32 << 20, f"after {sent >> 10} KB, most of it in the kernel")
    data, _ = raw(house.address, head("POST", target, *auth, f"Content-Length: {(1 << 20) + 1}", cookie=house.victim.cookie))
    report.check("one byte more than 1 MB: 413", status_of(data) == 413, str(status_of(data)))
    data, _ = raw(house.address, head("GET", "/api/practice", "X-Long: " + "a" * 100_000))
    report.check("a header of 100 KB: 431", status_of(data) == 431, str(status_of(data)))
    data, _ = raw(house.address, head("GET", "/api/practice", *[f"X-{n}: a" for n in range(20_000)]))
    report.check("20,000 header lines: 431", status_of(data) == 431, str(status_of(data)))
    data, _ = raw(house.address, head("GET", "/" + "a" * 100_000))
    report.check("an address of 100 KB: 4xx", 400 <= status_of(data) < 500, str(status_of(data)))
    grown = house.memory() - before
    report.check("large bodies leave no memory behind", grown < 64 << 20, f"{grown >> 20} MB more")


def expect_end(report, house, witness, name, data, codes, first=b""):
    """Sends bytes over a fresh line: it must be ended with one of `codes` (None: without a word), and only it."""
    line = LiveLine(house.address, house.victim.cookie)
    code, answers = "still open", []
    try:
        line.send_bytes(first + data)
        end = time.monotonic() + QUICK
        while time.monotonic() < end:
            frame = line.receive(end - time.monotonic())
            if frame is not None and "status" in frame:
                answers.append(frame)
    except LineClosed as closed:
        code = closed.code
    finally:
        line.drop()
    well = witness.answer_to(witness.ask("GET /api/practice"))["status"] == 200
    report.check(f"live line, {name}: ended, others go on", code in codes and well and not answers, f"code {code}")


def frames(house, report):
    witness = LiveLine(house.address, house.other_client.cookie)
    whole = frame_bytes(b'{"id":1,"do":"GET /api/practice"}')
    for cut in (1, 2, 5, len(whole) - 1):
        line = LiveLine(house.address, house.victim.cookie)
        line.send_bytes(whole[:cut])
        line.drop()
    report.check("live line, frames cut off and gone: others go on",
                 witness.answer_to(witness.ask("GET /api/practice"))["status"] == 200)
    for name, data, codes in (
            ("an unmasked frame", frame_bytes(b"{}", masked=False), {1002, None}),
            ("reserved bits", bytes([0xF1]) + whole[1:], {1002, None}),
            ("an unknown opcode", frame_bytes(b"{}", opcode=5), {1002, None}),
            ("a frame of 2^63 bytes announced", bytes([0x81, 0xFF]) + struct.pack(">Q", 1 << 63) + b"abcd" + b"x" * 100,
             {1002, 1009, None}),
            ("a frame of 1 GB announced", bytes([0x81, 0xFF]) + struct.pack(">Q", GIGABYTE) + b"abcd" + b"x" * 100,
             {1009, None}),
            ("a continuation of nothing", frame_bytes(b"{}", opcode=0), {1002, None}),
            ("a second beginning before the end", frame_bytes(b"{", final=False) + frame_bytes(b"}"), {1002, None}),
            ("a ping of 126 bytes", frame_bytes(b"x" * 126, opcode=PING), {1002, None}),
            ("a ping in pieces", frame_bytes(b"x", opcode=PING, final=False), {1002, None}),
            ("invalid UTF-8", frame_bytes(b'{"id":1,"do":"GET /api/practice\xff"}'), {1007, 1002, None}),
            ("UTF-8 broken across pieces", frame_bytes(b'{"a":"\xc3', final=False) + frame_bytes(b'"}', opcode=0),
             {1007, 1002, None}),
            ("binary data", frame_bytes(b"\0\1\2", opcode=BINARY), {1003}),
            ("a close with an invalid code", frame_bytes(struct.pack(">H", 1005), opcode=CLOSE), {1002, None}),
            ("a close of one byte", frame_bytes(b"\3", opcode=CLOSE), {1002, None}),
            ("300 KB in pieces of one byte", frame_bytes(b"x", final=False) + frame_bytes(b"x", opcode=0, final=False) * 300_000,
             {1009, None})):
        expect_end(report, house, witness, name, data, codes)

    line = LiveLine(house.address, house.victim.cookie)
    for name, text in (("no JSON", "hello"), ("deep JSON", "[" * 30_000), ("a list", "[]"), ("null", "null"),
                       ("no id", '{"do":"GET /api/practice"}'), ("a negative id", '{"id":-1,"do":"GET /api/practice"}'),
                       ("an id of 10^30", '{"id":' + "9" * 30 + ',"do":"GET /api/practice"}'),
                       ("no do", '{"id":3}'), ("a do that is no address", '{"id":3,"do":"GET practice"}'),
                       ("a do with a line feed", '{"id":3,"do":"GET /api/practice\\nX: y"}'),
                       ("an unknown method", '{"id":3,"do":"BREW /api/practice"}'),
                       ("an unknown field", '{"id":3,"do":"GET /api/practice","as":"therapist"}'),
                       ("a body for GET", '{"id":3,"do":"GET /api/practice","body":{"x":1}}'),
                       ("an address that climbs", '{"id":3,"do":"GET /api/rooms/../practice"}'),
                       ("half a surrogate", '{"id":3,"do":"GET /api/practice","body":"\\ud800"}')):
        line.send_text(text)
        frame = line.receive(QUICK)
        while frame is not None and "status" not in frame:
            frame = line.receive(QUICK)
        report.check(f"live line, {name}: refused, the line goes on", frame is not None and 400 <= frame["status"] < 500
                     and frame["body"]["status"] == frame["status"], json.dumps(frame)[:90])
    line.send_bytes(frame_bytes(b"x", opcode=PING) * 2000)
    report.check("live line, 2,000 pings: the line goes on", line.answer_to(line.ask("GET /api/practice"))["status"] == 200)
    line.drop()

    line = LiveLine(house.address, house.victim.cookie)
    for name, text, escaped in (("20,000 letters", "a" * 20_000, False),
                                ("20,000 letters of three bytes", "\u6f22" * 20_000, False),
                                ("20,000 letters of four bytes", "\U0001F44B" * 20_000, False),
                                ("20,000 letters of four bytes, each escaped", "\U0001F44B" * 20_000, True)):
        outcome = None
        try:
            body = {"id": new_id(), "text": text}
            line.send_text(json.dumps({"id": 77, "do": f"POST /api/rooms/{house.room}/messages", "body": body},
                                      ensure_ascii=escaped))
            outcome = line.answer_to(77)["status"]
        except LineClosed as closed:
            outcome = f"closed with {closed.code}"
            line = LiveLine(house.address, house.victim.cookie)
        report.check(f"live line, a message of {name}: taken, as over HTTP", outcome == 201, str(outcome))
    line.drop()
    witness.drop()


def smuggling(house, report):
    """One connection, two readings: the second request must never be answered."""
    hidden = b"GET /api/practice HTTP/1.1\r\nHost: localhost\r\n\r\n"
    post = "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for name, first in (
            ("length and chunked", post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("chunked and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
            ("two lengths", post + "Content-Length: 0\r\nContent-Length: 2\r\n\r\n{}"),
            ("two equal lengths", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
            ("a list of lengths", post + "Content-Length: 2, 3\r\n\r\n{}"),
            ("a length with a sign", post + "Content-Length: +2\r\n\r\n{}"),
            ("a negative length", post + "Content-Length: -2\r\n\r\n{}"),
            ("a length in hexadecimal", post + "Content-Length: 0x2\r\n\r\n{}"),
            ("a length that overflows", post + "Content-Length: 18446744073709551618\r\n\r\n{}"),
            ("chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("chunked and identity", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
            ("an unknown coding", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
            ("a vertical tab before chunked", post + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
            ("a space before the colon", post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
            ("a chunk size with a sign", post + "Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n"),
            ("a chunk size that overflows", post + "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n"),
            ("a chunk without its end", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n"),
            ("chunked in HTTP/1.0", post.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("two hosts", post.replace("Host: localhost", "Host: localhost\r\nHost: other") + "Content-Length: 2\r\n\r\n{}"),
            ("no host", post.replace("Host: localhost\r\n", "") + "Content-Length: 2\r\n\r\n{}"),
            ("a null in a header", post + "X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}"),
            ("a bare carriage return", post + "X-A: b\rContent-Length: 0\r\nContent-Length: 2\r\n\r\n{}"),
            ("bare line feeds", post.replace("\r\n", "\n") + "Content-Length: 2\n\n{}"),
            ("no version", "GET /api/practice\r\n\r\n"),
            ("HTTP/3.0", "GET /api/practice HTTP/3.0\r\nHost: localhost\r\n\r\n"),
            ("a space in the address", "GET /api/practice /x HTTP/1.1\r\nHost: localhost\r\n\r\n")):
        data, ended = raw(house.address, first.encode("latin-1") + hidden)
        answers = data.count(b"HTTP/1.1 ")
        report.check(f"smuggling, {name}: one refusal, then the end",
                     ended and answers <= 1 and (not data or 400 <= status_of(data) < 500) and b"synthetic" not in data,
                     f"{answers} answers, {status_of(data)}")
    data, _ = raw(house.address, head("GET", "/api/rooms/%0d%0aX-Evil:%20yes/events", cookie=house.victim.cookie), 1)
    report.check("a line feed in the address makes no header", b"X-Evil" not in data and status_of(data) == 404)
    data, ended = raw(house.address, hidden * 50 + head("GET", "/api/practice", "Connection: close"))
    report.check("51 requests in one packet: 51 answers", data.count(b"HTTP/1.1 200 ") == 51, str(data.count(b"HTTP/1.1 200 ")))


def half_open(house, report):
    """2,000 connections that never finish a request, while somebody uses the service."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2000
    if hard < wanted + 200:
        report.skip("2,000 half-open connections", f"this process may open only {hard} files")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        slowest, served = hold_half_open(house, wanted)
        report.check("2,000 half-open connections: a normal client is served beside them", served == 40,
                     f"{served} of 40, slowest {slowest:.2f} s")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def hold_half_open(house, wanted, tries=40, timeout=3.0):
    beginnings = [b"", b"GET /api/prac", b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
                  head("GET", "/api/live", "Upgrade: websocket")[:-2]]
    held = []
    slowest, served = 0.0, 0
    try:
        for number in range(wanted):
            try:
                connection = connect(house.address, timeout=5)
                connection.sendall(beginnings[number % len(beginnings)])
                held.append(connection)
            except OSError:
                break
        for _ in range(tries):
            began = time.monotonic()
            try:
                answer = house.victim.ask(house.address, "GET", "/api/session", timeout=timeout)
                served += answer.status == 200
            except OSError:
                pass
            slowest = max(slowest, time.monotonic() - began)
            if served == 0 and time.monotonic() - began > timeout - 0.5 and _ >= 2:
                break
    finally:
        for connection in held:
            connection.close()
    return slowest, served


def few_descriptors(house, report):
    """As a service manager starts it: 1,024 files at first, more if the program asks; and 1,024 for good."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2200:
        report.skip("2,000 half-open connections with 1,024 files", f"this process may open only {hard} files")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    house.server.stop()
    try:
        for words, files in (("started with the usual 1,024 files", "1024:8192"), ("1,024 files and no more", "1024:1024")):
            server = Server(house.server.binary, house.server.folder, prefix=["prlimit", f"--nofile={files}"])
            server.starts = 500
            server.start()
            try:
                house.address = server.address
                slowest, served = hold_half_open(house, 2000, tries=10, timeout=2.0)
                report.check(f"2,000 half-open connections, {words}: a normal client is served", served == 10,
                             f"{served} of 10, slowest {slowest:.2f} s")
            finally:
                server.stop()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        house.server.start()
        house.address = house.server.address


def slow_request(house, report):
    """One byte a second: ended by the server, whatever it looks like."""
    connections = [connect(house.address) for _ in range(2)]
    began = time.monotonic()
    ended_after = [None, None]
    text = head("GET", "/api/practice", "X-Slow: " + "a" * 100)
    place = 0
    while time.monotonic() - began < 40 and None in ended_after:
        for number, connection in enumerate(connections):
            if ended_after[number] is not None:
                continue
            with contextlib.suppress(OSError):
                connection.sendall(text[place:place + 1] if number == 0 else b"")
            connection.settimeout(0.2)
            try:
                while connection.recv(4096):
                    pass
                ended_after[number] = time.monotonic() - began
            except (socket.timeout, BlockingIOError):
                pass
            except OSError:
                ended_after[number] = time.monotonic() - began
        if ended_after[0] is not None:
            break
        place += 1
        time.sleep(0.8)
    for connection in connections:
        connection.close()
    report.check("a request of one byte a second: ended", ended_after[0] is not None and ended_after[0] < 30,
                 f"after {ended_after[0] or 0:.0f} s")


def slow_reader(house, report):
    """Somebody who does not read what is sent to them is cut off; their other device and the sender are not."""
    before = house.memory()
    slow = LiveLine(house.address, house.therapist.cookie, receive_buffer=4096)
    good = LiveLine(house.address, house.therapist.cookie)
    sender = LiveLine(house.address, house.victim.cookie)
    count, received, sent_ids = 900, 0, set()
    text = "s" * 19_000
    slowest = 0.0
    for number in range(count):
        identity = new_id()
        sent_ids.add(identity)
        began = time.monotonic()
        frame = sender.answer_to(sender.ask(f"POST /api/rooms/{house.room}/messages", {"id": identity, "text": text}))
        slowest = max(slowest, time.monotonic() - began)
        if frame["status"] != 201:
            report.check("slow reader: the sender goes on", False, str(frame)[:100])
            return
        while (frame := good.receive(0.001)) is not None:
            received += frame.get("kind") == "message" and frame["body"]["id"] in sent_ids
    end = time.monotonic() + PATIENCE
    while received < count and time.monotonic() < end:
        frame = good.receive(1)
        received += frame is not None and frame.get("kind") == "message" and frame["body"]["id"] in sent_ids
    report.check("slow reader: the sender goes on", True, f"{count} messages of 19 KB, slowest answer {slowest:.2f} s")
    report.check("slow reader: the other device of the same person receives everything", received == count,
                 f"{received} of {count}")
    report.check("slow reader: the server holds no more than its limit for them", house.memory() - before < 64 << 20,
                 f"{(house.memory() - before) >> 20} MB more")
    time.sleep(4)  # the server gives a closing line three seconds
    got, code = 0, "still open"
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            frame = slow.receive(2)
            if frame is None:
                break
            got += frame.get("kind") == "message"
    except LineClosed as closed:
        code = closed.code
    report.check("slow reader: cut off", code != "still open" and got < count, f"after {got} of {count}, code {code}")
    for line in (slow, good, sender):
        line.drop()


def origins(house, report):
    target = f"/api/rooms/{house.room}/typing"
    own = "http://" + house.server.url
    for origin, expected in ((None, 204), (own, 204), ("http://evil.example", 403), ("null", 403),
                             (own + ".evil.example", 403), ("http://127.0.0.1", 403), ("evil", 403)):
        headers = {**house.victim.headers(), **({"Origin": origin} if origin else {}), "Content-Type": "application/json"}
        status = call(house.address, "POST", target, {"typing": True}, headers).status
        report.check(f"a change with Origin {origin}: {expected}", status == expected, str(status))
        lines = [f"Origin: {origin}"] if origin else []
        try:
            LiveLine(house.address, house.victim.cookie, headers=lines).drop()
            opened = 101
        except HandshakeRefused as refused:
            opened = refused.status
        report.check(f"a live line with Origin {origin}: {101 if expected == 204 else 403}",
                     opened == (101 if expected == 204 else 403), str(opened))
    for name, headers in (("without the token", {"Cookie": house.victim.cookie}),
                          ("with another's token", {"Cookie": house.victim.cookie, "X-CSRF-Token": house.other_client.csrf}),
                          ("with an empty token", {"Cookie": house.victim.cookie, "X-CSRF-Token": ""})):
        status = call(house.address, "POST", target, {"typing": True}, headers).status
        report.check(f"a change {name}: 403", status == 403, str(status))
    for cookie in ("", "rapport_session=", "rapport_session=" + "a" * 43, "rapport_session=' OR 1=1 --", house.victim.cookie + "x"):
        try:
            LiveLine(house.address, cookie).drop()
            opened = 101
        except HandshakeRefused as refused:
            opened = refused.status
        report.check(f"a live line with the cookie {cookie[:32]!r}…: 401", opened == 401, str(opened))
