"""Sizes, frames, headers and connections that nobody well-meaning sends."""
import contextlib
import json
import resource
import socket
import statistics
import struct
import time
import zlib

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


POST = "POST /api/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
# Requests of which two programs could think that they end in different places.
AMBIGUOUS = (
    ("length and chunked", POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("chunked and length", POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
    ("two lengths", POST + "Content-Length: 0\r\nContent-Length: 2\r\n\r\n{}"),
    ("two equal lengths", POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
    ("a list of lengths", POST + "Content-Length: 2, 3\r\n\r\n{}"),
    ("a length with a sign", POST + "Content-Length: +2\r\n\r\n{}"),
    ("a negative length", POST + "Content-Length: -2\r\n\r\n{}"),
    ("a length in hexadecimal", POST + "Content-Length: 0x2\r\n\r\n{}"),
    ("a length that overflows", POST + "Content-Length: 18446744073709551618\r\n\r\n{}"),
    ("chunked twice", POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("chunked and identity", POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    ("an unknown coding", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ("a vertical tab before chunked", POST + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n"),
    ("a space before the colon", POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    ("a chunk size with a sign", POST + "Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n"),
    ("a chunk size that overflows", POST + "Transfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n"),
    ("a chunk without its end", POST + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n"),
    ("chunked in HTTP/1.0", POST.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("two hosts", POST.replace("Host: localhost", "Host: localhost\r\nHost: other") + "Content-Length: 2\r\n\r\n{}"),
    ("no host", POST.replace("Host: localhost\r\n", "") + "Content-Length: 2\r\n\r\n{}"),
    ("a null in a header", POST + "X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}"),
    ("a bare carriage return", POST + "X-A: b\rContent-Length: 0\r\nContent-Length: 2\r\n\r\n{}"),
    ("bare line feeds", POST.replace("\r\n", "\n") + "Content-Length: 2\n\n{}"),
    ("no version", "GET /api/practice\r\n\r\n"),
    ("HTTP/3.0", "GET /api/practice HTTP/3.0\r\nHost: localhost\r\n\r\n"),
    ("a space in the address", "GET /api/practice /x HTTP/1.1\r\nHost: localhost\r\n\r\n"))


def smuggling(house, report):
    """One connection, two readings: the second request must never be answered."""
    hidden = b"GET /api/practice HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for name, first in AMBIGUOUS:
        data, ended = raw(house.address, first.encode("latin-1") + hidden)
        answers = data.count(b"HTTP/1.1 ")
        report.check(f"smuggling, {name}: one refusal, then the end",
                     ended and answers <= 1 and (not data or 400 <= status_of(data) < 500) and b"synthetic" not in data,
                     f"{answers} answers, {status_of(data)}")
    data, _ = raw(house.address, head("GET", "/api/rooms/%0d%0aX-Evil:%20yes/events", cookie=house.victim.cookie), 1)
    report.check("a line feed in the address makes no header", b"X-Evil" not in data and status_of(data) == 404)
    data, ended = raw(house.address, hidden * 50 + head("GET", "/api/practice", "Connection: close"))
    report.check("51 requests in one packet: 51 answers", data.count(b"HTTP/1.1 200 ") == 51, str(data.count(b"HTTP/1.1 200 ")))


def ten_thousand(house, report):
    """10,000 connections from one computer: silent ones, begun requests, and those that asked once and stay."""
    wanted, source = 10_000, "127.0.0.7"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < wanted + 200:
        report.skip("10,000 connections", f"this process may open only {hard} files")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    before, quiet = house.memory(), [latency(house) for _ in range(20)]
    whole = head("GET", "/api/practice")
    beginnings = [b"", b"GET /api/prac", b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
                  head("GET", "/api/live", "Upgrade: websocket")[:-2], whole, whole]
    held, busy = [], []
    try:
        for number in range(wanted):
            connection = connect(house.address, timeout=5, source=(source, 0))
            held.append(connection)
            with contextlib.suppress(OSError):
                connection.sendall(beginnings[number % len(beginnings)])
            if number % 100 == 0:
                busy.append(latency(house))
        busy += [latency(house) for _ in range(40)]
        answered = sum(status_of(answer_now(c)) == 200 for c in held[4::6][:200])
        grown = house.memory() - before
    finally:
        for connection in held:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    report.check("10,000 connections of one computer: it is a real crowd", len(held) == wanted and answered == 200,
                 f"{len(held)} connected, {answered} of 200 were answered")
    report.check("10,000 connections of one computer: others are served as before", max(busy) < 1.0,
                 f"median {statistics.median(busy) * 1000:.1f} ms, slowest {max(busy) * 1000:.0f} ms; "
                 f"quiet: {statistics.median(quiet) * 1000:.1f} ms")
    report.check("10,000 connections of one computer: little memory", grown < 256 << 20, f"{grown >> 20} MB more")


def answer_now(connection):
    connection.settimeout(1)
    with contextlib.suppress(OSError):
        return connection.recv(4096)
    return b""


def latency(house):
    """Seconds until a message of somebody else is stored and answered; endless when it is not."""
    began = time.monotonic()
    with contextlib.suppress(OSError):
        if house.send(house.other_client, house.other_episode["chat_room"], "beside a crowd", timeout=5).status == 201:
            return time.monotonic() - began
    return float("inf")


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


def slow_requests(house, report):
    """A byte now and then: ended by the server wherever it happens, whatever it looks like."""
    auth = [f"X-CSRF-Token: {house.victim.csrf}", "Content-Type: application/json"]
    target, cookie = f"/api/rooms/{house.room}/typing", house.victim.cookie
    upgrade = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "X-Slow: " + "a" * 100]
    kinds = {  # what is sent at once, and what follows byte by byte
        "nothing at all": (b"", b""),
        "a header": (b"", head("GET", "/api/practice", "X-Slow: " + "a" * 100)),
        "a header without end": (head("GET", "/api/practice", "X-Slow: ")[:-4], b"a" * 100),
        "a body": (head("POST", target, *auth, "Content-Length: 100", cookie=cookie), b" " * 90),
        "a body that was announced with Expect": (head("POST", target, *auth, "Content-Length: 100", "Expect: 100-continue",
                                                       cookie=cookie), b" " * 90),
        "a body in chunks": (head("POST", target, *auth, "Transfer-Encoding: chunked", cookie=cookie), b"1\r\n \r\n" * 20),
        "the size of a chunk": (head("POST", target, *auth, "Transfer-Encoding: chunked", cookie=cookie), b"0" * 90),
        "the handshake of a live line": (b"", head("GET", "/api/live", *upgrade, cookie=cookie))}
    open_ones = {name: connect(house.address) for name in kinds}
    began, ended, step, slowest = time.monotonic(), {}, 0, 0.0
    for name, (at_once, _) in kinds.items():
        open_ones[name].sendall(at_once)
    while open_ones and time.monotonic() - began < 40:
        for name, connection in list(open_ones.items()):
            with contextlib.suppress(OSError):
                connection.sendall(kinds[name][1][step:step + 1])
            connection.settimeout(0.02)
            try:
                while connection.recv(4096):
                    pass
            except (socket.timeout, BlockingIOError):
                continue
            except OSError:
                pass
            ended[name] = time.monotonic() - began
            open_ones.pop(name).close()
        slowest = max(slowest, latency(house))
        step += 1
        time.sleep(0.5)
    for connection in open_ones.values():
        connection.close()
    for name in kinds:
        report.check(f"byte by byte, {name}: ended", ended.get(name, 99) < 20, f"after {ended.get(name, 99):.0f} s")
    report.check("byte by byte: others are served meanwhile", slowest < 1.0, f"slowest {slowest:.2f} s")


def half_frames(house, report):
    """Somebody's lines that each begin a frame and stop: no more of them than a person may have, and only theirs."""
    lines = [LiveLine(house.address, house.victim.cookie) for _ in range(25)]
    witness, whole = LiveLine(house.address, house.other_client.cookie), frame_bytes(b'{"id":1,"do":"GET /api/practice"}')
    for number, line in enumerate(lines):
        with contextlib.suppress(LineClosed):
            line.send_bytes(whole[:1 + number % (len(whole) - 1)])
    codes = []
    for line in lines:
        try:
            codes.append(line.receive(0.05))
        except LineClosed as closed:
            codes.append(closed.code)
    report.check("25 lines with half a frame each: the oldest five had to go", codes == [4429] * 5 + [None] * 20, str(codes))
    answer = witness.answer_to(witness.ask("GET /api/practice"))
    report.check("25 lines with half a frame each: others are served", answer["status"] == 200 and latency(house) < 1.0)
    for line in (*lines, witness):
        line.drop()


def bombs(house, report):
    """What is small on the wire and would be large when opened: nothing here opens it."""
    target, auth = f"/api/rooms/{house.room}/messages", [f"X-CSRF-Token: {house.victim.csrf}", "Content-Type: application/json"]
    plain = json.dumps({"id": new_id(), "text": "a"}).encode()
    zeros = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([zeros.compress(plain[:-2])] + [zeros.compress(b" " * (1 << 20)) for _ in range(500)] +
                    [zeros.compress(plain[-2:]), zeros.flush()])
    before = house.memory()
    for coding in ("gzip", "deflate", "x-gzip", "br", "gzip, gzip"):
        data, _ = raw(house.address, head("POST", target, *auth, f"Content-Encoding: {coding}", f"Content-Length: {len(bomb)}",
                                          "Connection: close", cookie=house.victim.cookie) + bomb)
        report.check(f"500 MB in {len(bomb) >> 10} KB, sent as {coding}: refused", status_of(data) == 400, str(status_of(data)))
    chunk = b"%x\r\n" % len(bomb) + bomb + b"\r\n0\r\n\r\n"
    data, ended = raw(house.address, head("POST", target, *auth, "Transfer-Encoding: gzip, chunked", cookie=house.victim.cookie) + chunk)
    report.check("the same as a coding of the transfer: refused", ended and (not data or status_of(data) == 400), str(status_of(data)))
    line = LiveLine(house.address, house.victim.cookie,
                    headers=["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"])
    report.check("a live line promises no compression", "sec-websocket-extensions" not in line.greeting.lower(), line.greeting)
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = squeezed.compress(b" " * (200 << 20)) + squeezed.flush(zlib.Z_SYNC_FLUSH)
    frame = frame_bytes(content[:-4])
    code = "still open"
    try:
        line.send_bytes(bytes([frame[0] | 0x40]) + frame[1:])
        while line.receive(QUICK) is not None:
            pass
    except LineClosed as closed:
        code = closed.code
    line.drop()
    report.check("a compressed frame that nobody agreed to: ends the line", code in (1002, None), str(code))
    grown = house.memory() - before
    report.check("what would be large when opened leaves no memory behind", grown < 32 << 20, f"{grown >> 20} MB more")


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
