"""Other people's things, hostile texts in every field, and log-ins by guessing."""
import collections
import concurrent.futures
import json
import re
import time
import urllib.parse

from common import PATIENCE, QUICK, connect, head, new_id, raw, read_all, status_of
from harness import HandshakeRefused, LineClosed, LiveLine, Person, call, quoted


# Whoever asks may see these: they hold nothing of anybody.
FOR_EVERYBODY = ("/healthz", "/api/openapi.json", "/api/live.schema.json", "/api/problems/{code}", "/api/practice",
                "/api/crisis-contacts")


def sample(house, schema):
    """A body that a schema accepts."""
    while "$ref" in schema:
        schema = house.openapi["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema or "oneOf" in schema:
        return sample(house, next(s for s in schema.get("anyOf", schema.get("oneOf")) if s.get("type") != "null"))
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: sample(house, inner) for name, inner in schema.get("properties", {}).items()
                if name in schema.get("required", []) or "anyOf" not in inner}
    if kind == "array":
        return [sample(house, schema["items"])] * schema.get("minItems", 0)
    if kind == "string":
        if schema.get("format") == "uuid":
            return new_id()
        if schema.get("format") == "date-time":
            return "2031-01-01T10:00:00.000Z"
        return "x" * max(1, schema.get("minLength", 1))
    return {"integer": max(24, schema.get("minimum", 24)), "number": 1.5, "boolean": True}.get(kind)


def routes(house):
    """(method, pattern, parameters, body schema) of everything the program serves."""
    for pattern, methods in house.openapi["paths"].items():
        for method, about in methods.items():
            body = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            yield method.upper(), pattern, about.get("parameters", []), body


def victims_state(house):
    """All that the victim and their therapist can see of what is theirs, but who is here just now."""
    seen = []
    for person in (house.victim, house.therapist):
        rooms = person.get(house.address, f"/api/episodes/{house.episode['id']}/rooms")["rooms"]
        for room in rooms:
            for participant in room["participants"]:
                participant.pop("present")
            seen.append([room, person.events(house.address, room["id"]),
                         person.get(house.address, f"/api/rooms/{room['id']}/draft")])
        episode = next(e for e in person.get(house.address, "/api/episodes")["episodes"] if e["id"] == house.episode["id"])
        seen.append({k: v for k, v in episode.items() if k != "present"})
        seen.append(person.get(house.address, f"/api/episodes/{house.episode['id']}/draft"))
    return json.dumps(seen, sort_keys=True)


def other_peoples_ids(house, report):
    """Every route with an id in its address, asked by people whom it does not concern."""
    thread = new_id()
    made = house.victim.ask(house.address, "POST", f"/api/episodes/{house.episode['id']}/threads",
                            {"id": thread, "subject": "only for the two"})
    message = json.loads(house.send(house.victim, thread, "only for the two").body)["id"]
    house.victim.ask(house.address, "PUT", f"/api/rooms/{house.room}/draft",
                     {"based_on": 0, "subject": "", "text": "half a thought"})
    report.check("other people's ids: there is something to find", made.status == 201, str(made.status))
    theirs = {"episode": house.episode["id"], "chat": house.room, "thread": thread, "message": message,
              "account": house.victim.id}
    before = victims_state(house)
    ours = {"another client": house.other_client, "another therapist": house.other_therapist}
    lines = {name: LiveLine(house.address, person.cookie) for name, person in ours.items()}
    asked = 0
    for method, pattern, parameters, body in routes(house):
        names = [p["name"] for p in parameters if p["in"] == "path"]
        if not names:
            continue
        wrong = []
        for name, person in ours.items():
            for kind, identity in theirs.items():
                for spelling in (identity, identity.upper()):
                    content = sample(house, body) if body else None
                    given, absent = spelling, new_id() if spelling == identity else new_id().upper()
                    answers = []
                    for value in (given, absent):
                        target = re.sub(r"\{[^}]*\}", quoted(value), pattern)
                        answer = person.ask(house.address, method, target, content)
                        kept = {k: v for k, v in answer.headers.items() if k != "date"}
                        frame = lines[name].answer_to(lines[name].ask(f"{method} {target}", content, number=5))
                        answers.append((answer.status, kept, answer.body, frame))
                        asked += 2
                    status = answers[0][0]
                    if status not in (403, 404) or answers[0] != answers[1] or answers[0][3]["status"] != status:
                        wrong.append(f"{name} with the id of a {kind}: {answers[0]} but {answers[1]}"[:300])
        report.check(f"other people's ids, {method} {pattern}: as if there were nothing", not wrong, "; ".join(wrong[:2]))
    for line in lines.values():
        line.drop()
    report.check("other people's ids: nothing changed for those whose they are", victims_state(house) == before,
                 f"after {asked} questions")
    # Ids that a sender chooses: taken ones say so (they are too long to guess), and nothing else.
    for what, target, content in (
            ("message", f"/api/rooms/{house.other_episode['chat_room']}/messages", {"id": message, "text": "mine"}),
            ("thread", f"/api/episodes/{house.other_episode['id']}/threads", {"id": thread, "subject": "mine"}),
            ("chat", f"/api/episodes/{house.other_episode['id']}/threads", {"id": house.room, "subject": "mine"})):
        answer = house.other_client.ask(house.address, "POST", target, content)
        found = [n for n in (house.victim.id, house.episode["id"], "only for the two", house.therapist.id)
                 if n.encode() in answer.body]
        report.check(f"the id of someone else's {what} for one's own: refused without a word about it",
                     answer.status == 409 and not found, f"{answer.status}")
    report.check("taken ids: nothing changed for those whose they are", victims_state(house) == before)
    wrong = []
    for method, pattern, parameters, body in routes(house):
        target = re.sub(r"\{[^}]*\}", house.room, pattern)
        content = sample(house, body) if body else None
        if call(house.address, method, target, content).status not in ((401,) if "login" not in pattern else (401, 429)) and \
                pattern not in FOR_EVERYBODY:
            wrong.append(f"{method} {pattern}")
    report.check("every route but those that tell of nobody answers 401 to strangers", not wrong, ", ".join(wrong))


HOSTILE = ("' OR '1'='1", "'; DROP TABLE room_event; --", "1); DELETE FROM account; --", "\" OR \"\"=\"", "$1", "{int}", "%00",
           "%27%20OR%201%3D1", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "..\\..\\windows", "/etc/passwd",
           "file:///etc/passwd", "%2e%2e%2f%2e%2e", "....//....//", "${7*7}", "{{7*7}}", "<script>alert(1)</script>",
           "\u202eabc", "\ufeff", "\u0000", "a\r\nSet-Cookie: x=y", "-1", "1e309", "NaN", "99999999999999999999", " 1", "0x10",
           "", "%", "%zz", "%c0%af", "A" * 3000)


def hostile_texts(house, report):
    before = victims_state(house)
    person, asked, wrong = house.victim, 0, []
    for method, pattern, parameters, body in routes(house):
        if pattern in ("/api/logout", "/api/login"):
            continue
        path = [p["name"] for p in parameters if p["in"] == "path"]
        query = [p["name"] for p in parameters if p["in"] == "query"]
        values = {"room": house.other_episode["chat_room"], "episode": house.other_episode["id"]}
        for text in HOSTILE:
            targets = []
            for name in path:
                raw_text = text if re.fullmatch(r"[!-~]*", text) else quoted(text)
                for spelling in {raw_text.replace("#", "%23").replace("?", "%3f"), quoted(text)}:
                    targets.append(re.sub(r"\{(\w+)[^}]*\}", lambda m, n=name, s=spelling: s if m.group(1) == n else
                                          values.get(m.group(1), house.room), pattern))
            for name in query:
                concrete = re.sub(r"\{(\w+)[^}]*\}", house.room, pattern)
                targets += [f"{concrete}?{name}={quoted(text)}", f"{concrete}?{quoted(text)}=1"]
            for target in targets:
                if re.search(r"[^!-~]", target):
                    continue
                answer = person.ask(house.address, method, target, sample(house, body) if body else None)
                asked += 1
                number_is_fine = "?" in target and answer.status == 200 and method == "GET"
                if not (400 <= answer.status < 500 or number_is_fine) or b"root:" in answer.body or b"sql" in answer.body.lower():
                    wrong.append(f"{method} {target[:80]}: {answer.status} {answer.body[:60]!r}")
            if body is None or method == "GET":
                continue
            content = sample(house, body)
            for field in content:
                if pattern == "/api/me/email" and not text:
                    continue  # no address is an answer
                answer = person.ask(house.address, method, re.sub(r"\{[^}]*\}", new_id(), pattern), {**content, field: text})
                asked += 1
                if not 400 <= answer.status < 500:
                    wrong.append(f"{method} {pattern} /{field}={text[:30]!r}: {answer.status}")
    report.check("SQL, climbing and odd texts in every parameter and field: refused", not wrong,
                 "; ".join(wrong[:3]) or f"{asked} requests")
    report.check("SQL, climbing and odd texts: nothing changed", victims_state(house) == before)
    # In their own room such texts are just texts.
    lost = []
    for text in HOSTILE:
        if not text or "\0" in text or "\ufeff" == text:
            continue
        answer = house.send(person, house.room, text)
        if answer.status != 201 or json.loads(answer.body)["text"] != text:
            lost.append(f"{text[:30]!r}: {answer.status}")
    report.check("the same texts as a message: kept letter for letter", not lost, "; ".join(lost[:3]))
    answers = {call(house.address, "POST", "/api/login", {"login": login, "password": "x"}).body
               for login in ("nobody", "' OR 1=1 --", house.victim.login, "client1'--")}
    report.check("log-in: nobody learns who has an account", len(answers) == 1, str(answers)[:200])
    wrong = []
    for target in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd", "//etc/passwd",
                   "/assets/../../../../etc/passwd", "/with/..%2f..%2fetc/passwd", "/index.html%00.js", "/..\\..\\etc\\passwd",
                   "/api/../healthz", "/data/rapport.db", "/rapport.db", "/master.key", "http://localhost/etc/passwd", "*"):
        data, _ = raw(house.address, head("GET", target, "Connection: close"))
        if b"root:" in data or b"SQLite format" in data or not 400 <= status_of(data) < 500:
            if not (target.startswith("/with/") and status_of(data) == 200 and b"<html" in data):
                wrong.append(f"{target}: {status_of(data)}")
    report.check("climbing in the addresses of pages: nothing there", not wrong, "; ".join(wrong))


def broken_text(house, report):
    """Bytes that are no UTF-8, and texts that are too long."""
    target = f"/api/rooms/{house.room}/messages"
    person = house.victim
    for name, text in (("a lone byte", b"\xff"), ("an overlong slash", b"\xc0\xaf"), ("half a letter", b"\xe6\xbc"),
                       ("a surrogate", b"\xed\xa0\x80"), ("beyond U+10FFFF", b"\xf4\x90\x80\x80")):
        body = b'{"id":"%s","text":"a%sb"}' % (new_id().encode(), text)
        answer = person.ask(house.address, "POST", target, body)
        report.check(f"invalid UTF-8 in a body, {name}: 400", answer.status == 400 and json.loads(answer.body)["status"] == 400,
                     str(answer.status))
        data, _ = raw(house.address, b"GET /api/rooms/" + text + b"/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        report.check(f"invalid UTF-8 in an address, {name}: 4xx", 400 <= status_of(data) < 500, str(status_of(data)))
        data, _ = raw(house.address, head("GET", "/api/rooms/" + urllib.parse.quote_from_bytes(text) + "/events",
                                          "Connection: close", cookie=person.cookie))
        report.check(f"invalid UTF-8 escaped in an address, {name}: 404", status_of(data) == 404, str(status_of(data)))
        data, _ = raw(house.address, head("GET", f"/api/rooms/{house.room}/events?after=" + urllib.parse.quote_from_bytes(text),
                                          "Connection: close", cookie=person.cookie))
        report.check(f"invalid UTF-8 in a query, {name}: 422", status_of(data) == 422, str(status_of(data)))
    data, _ = raw(house.address, b"GET /api/session HTTP/1.1\r\nHost: x\r\nCookie: rapport_session=\xff\xfe\r\nConnection: close\r\n\r\n")
    report.check("invalid UTF-8 in a cookie: 4xx", 400 <= status_of(data) < 500, str(status_of(data)))
    for name, text in (("U+0000", "a\\u0000b"), ("half a surrogate", "a\\ud800b"), ("a control character", "a\\u0007b"),
                       ("a raw line feed", "a\nb")):
        answer = person.ask(house.address, "POST", target, f'{{"id":"{new_id()}","text":"{text}"}}'.encode())
        report.check(f"a text with {name}: 4xx", 400 <= answer.status < 500, str(answer.status))

    for words, where, content, pointer, limit in (
            ("a subject of 100,000 characters", f"/api/episodes/{house.episode['id']}/threads",
             {"id": new_id(), "subject": "s" * 100_000}, "/subject", "200"),
            ("a text of 20,001 characters", target, {"id": new_id(), "text": "t" * 20_001}, "/text", "20000"),
            ("an empty text", target, {"id": new_id(), "text": ""}, "/text", "empty"),
            ("a message without id", target, {"text": "t"}, "/id", ""),
            ("a field too many", target, {"id": new_id(), "text": "t", "author": house.therapist.id}, "/author", "")):
        answer = person.ask(house.address, "POST", where, content)
        said = json.loads(answer.body)
        errors = {e["pointer"]: e["detail"] for e in said.get("errors", [])}
        report.check(f"{words}: 422 that names {pointer}" + (" and the limit" if limit else ""),
                     answer.status == 422 and list(errors) == [pointer] and limit in errors[pointer], str(errors)[:120])


def strange_json(house, report):
    target, person = f"/api/rooms/{house.room}/messages", house.victim
    for name, body in (
            ("100,000 brackets", b"[" * 100_000), ("100,000 objects in each other", b'{"a":' * 100_000),
            ("17 levels", b"[" * 17 + b"]" * 17), ("900 KB of a list", b"[" + b"1," * 450_000 + b"1]"),
            ("100,000 fields", b"{" + b",".join(b'"f%d":1' % n for n in range(70_000)) + b"}"),
            ("a number of 500,000 digits", b"9" * 500_000), ("1e999999999", b'{"id":1e999999999,"text":"a"}'),
            ("a key of 500 KB", b'{"' + b"k" * 500_000 + b'":1}'), ("a text of 1 MB of escapes", b'{"text":"' + b"\\u0041" * 150_000 + b'"}'),
            ("the same field twice", b'{"id":"x","id":"y","text":"a","text":"b"}'), ("a comment", b'{/**/"id":"x"}'),
            ("a trailing comma", b'{"id":"x",}'), ("nothing", b" "), ("NaN", b'{"id":NaN}'), ("two documents", b"{} {}"),
            ("a byte order mark", b'\xef\xbb\xbf{"id":"x","text":"y"}')):
        began = time.monotonic()
        answer = person.ask(house.address, "POST", target, body)
        took = time.monotonic() - began
        report.check(f"JSON, {name}: refused quickly", 400 <= answer.status < 500 and took < QUICK,
                     f"{answer.status}, {took:.2f} s")
        report.check(f"JSON, {name}: refused briefly", len(answer.body) < 64 << 10, f"{len(answer.body)} bytes")
    answer = person.ask(house.address, "POST", target, b"id=1&text=hello")
    report.check("a form instead of JSON: refused", answer.status == 400, str(answer.status))
    answer = call(house.address, "POST", target, json.dumps({"id": new_id(), "text": "a"}).encode(),
                  {**person.headers(), "Content-Type": "text/plain"})
    report.check("JSON that calls itself text (what a form of another site can send): refused", 400 <= answer.status < 500,
                 str(answer.status))


def log_in_from(house, source, login, password, extra=()):
    body = json.dumps({"login": login, "password": password}).encode()
    with connect(house.address, source=(source, 0)) as connection:
        connection.sendall(head("POST", "/api/login", "Content-Type: application/json", f"Content-Length: {len(body)}",
                                "Connection: close", *extra) + body)
        data, _ = read_all(connection, PATIENCE)
    return status_of(data), data


def guess(house, sources, login, times):
    """Wrong passwords, many at a time; how often each status came."""
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        attempts = [pool.submit(log_in_from, house, sources[n % len(sources)], login(n), f"wrong {n}") for n in range(times)]
        return collections.Counter(a.result()[0] for a in attempts)


def logging_out(house, report):
    """On the wire: the log-in is over everywhere at once, another log-in of the same person is not touched."""
    account = {"login": house.victim.login, "password": house.victim.password, "role": "client"}
    ended, other = Person(account).log_in(house.address), Person(account).log_in(house.address)
    lines = [ended.live(house.address) for _ in range(2)]
    kept = other.live(house.address)
    begun = time.monotonic()
    report.check("log-out: 204", ended.ask(house.address, "POST", "/api/logout").status == 204)
    report.check("the cookie is dead at once", ended.ask(house.address, "GET", "/api/session").status == 401)
    codes = []
    for line in lines:
        try:
            while line.receive(QUICK) is not None:
                pass
            codes.append(None)
        except LineClosed as closed:
            codes.append(closed.code)
    took = time.monotonic() - begun
    report.check("both its live lines are closed, within a second", codes == [4401, 4401] and took < 1, f"{codes}, {took:.2f} s")
    try:
        ended.live(house.address)
        report.check("and no new one opens", False)
    except HandshakeRefused as refusal:
        report.check("and no new one opens", refusal.status == 401, str(refusal.status))
    kept.ask("GET /api/session")
    answer = kept.receive(PATIENCE)
    while answer is not None and "status" not in answer:
        answer = kept.receive(PATIENCE)
    report.check("another log-in of the same person goes on", answer is not None and answer["status"] == 200, str(answer))
    kept.drop()


def guessing(house, report):
    """Wrong passwords until the limit; who else suffers?"""
    victim, bystander = house.victim, house.other_client
    slowest = 0.0
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        guesser = pool.submit(guess, house, ["127.0.0.9"], lambda n: victim.login, 90)
        # Meanwhile, somebody who has been logged in for long writes.
        while not guesser.done():
            began = time.monotonic()
            answer = house.send(bystander, house.other_episode["chat_room"], "I am still here")
            slowest = max(slowest, time.monotonic() - began)
            if answer.status != 201:
                report.check("guessing passwords: a logged-in person writes on", False, str(answer.status))
                break
        statuses = guesser.result()
    report.check("guessing passwords: a logged-in person writes on", slowest < QUICK, f"slowest {slowest:.2f} s")
    report.check("guessing passwords: after 10 of one person from one address 429", set(statuses) == {401, 429} and
                 statuses[401] <= 11, str(dict(statuses)))
    status, data = log_in_from(house, "127.0.0.9", victim.login, victim.password)
    report.check("guessing passwords: the right one is not let in meanwhile, with Retry-After", status == 429 and
                 b"Retry-After:" in data, str(status))
    spoofed = [f"{h}: 10.{n}.1.1" for n, h in enumerate(("X-Forwarded-For", "X-Real-IP", "Forwarded: for=1.2.3.4\r\nX-Y"))]
    answers = {line.split(":")[0]: log_in_from(house, "127.0.0.9", victim.login, "wrong", [line])[0] for line in spoofed}
    report.check("guessing passwords: a header does not change whom the limit counts", set(answers.values()) == {429},
                 str(answers))
    for words, source, person, extra in (
            ("the person guessed at logs in from elsewhere", "127.0.0.10", victim, ()),
            ("others log in from elsewhere", "127.0.0.10", bystander, ()),
            ("others behind the same address log in", "127.0.0.9", bystander, ()),
            ("a browser that the person knows lets them in from there too", "127.0.0.9", victim, [f"Cookie: {victim.device}"])):
        status, _ = log_in_from(house, source, person.login, person.password, extra)
        report.check(f"guessing passwords: {words}", status == 200, str(status))


def guessing_from_everywhere(house, report):
    """One person guessed at from many addresses, and many persons from one address."""
    victim, bystander = house.victim, house.other_client
    sources = [f"127.0.2.{n}" for n in range(1, 31)]
    statuses = guess(house, sources, lambda n: victim.login, 300)
    report.check("guessing from 30 addresses: slowed after 100", set(statuses) == {401, 429} and 60 <= statuses[401] <= 102,
                 str(dict(statuses)))
    for words, person, extra, expected in (
            ("a browser nobody knows has to wait", victim, (), 429),
            ("the owner logs in with a browser of theirs", victim, [f"Cookie: {victim.device}"], 200),
            ("a browser of somebody else is nobody's", victim, [f"Cookie: {bystander.device}"], 429),
            ("a made-up browser is nobody's", victim, ["Cookie: rapport_device=" + "00" * 56], 429),
            ("others log in", bystander, (), 200)):
        status, _ = log_in_from(house, "127.0.3.1", person.login, person.password, extra)
        report.check(f"guessing from 30 addresses: {words}", status == expected, str(status))
    statuses = guess(house, ["127.0.0.20"], lambda n: f"nobody {n}", 120)
    report.check("guessing at 120 persons from one address: slowed after 60", set(statuses) == {401, 429} and
                 55 <= statuses[401] <= 90, str(dict(statuses)))
    status, _ = log_in_from(house, "127.0.0.20", bystander.login, bystander.password, [f"Cookie: {bystander.device}"])
    report.check("guessing at 120 persons from one address: a known browser there logs in", status == 200, str(status))


def many_guess(house, report):
    """Log-ins from many addresses at once: the work on passwords must not take the workers from everybody else."""
    person = house.other_client
    quiet = []
    for _ in range(20):
        began = time.monotonic()
        house.send(person, house.other_episode["chat_room"], "quiet")
        quiet.append(time.monotonic() - began)
    line = LiveLine(house.address, person.cookie)
    slowest, times = 0.0, []
    with concurrent.futures.ThreadPoolExecutor(120) as pool:
        attempts = [pool.submit(log_in_from, house, f"127.0.1.{n % 120 + 1}", f"nobody{n}", "wrong") for n in range(240)]
        while not all(a.done() for a in attempts):
            began = time.monotonic()
            frame = line.answer_to(line.ask(f"POST /api/rooms/{house.other_episode['chat_room']}/messages",
                                            {"id": new_id(), "text": "busy"}))
            times.append(time.monotonic() - began)
            slowest = max(slowest, times[-1])
            if frame["status"] not in (201, 503):
                report.check("240 log-ins from 120 addresses: a message is answered", False, str(frame)[:100])
                break
        statuses = [a.result()[0] for a in attempts]
    line.drop()
    times.sort()
    middle = times[len(times) // 2] if times else 0
    report.check("240 log-ins from 120 addresses: each is answered", set(statuses) <= {401, 429, 503},
                 str({s: statuses.count(s) for s in set(statuses)}))
    report.check("240 log-ins from 120 addresses: messages are not held up", slowest < 1.0,
                 f"median {middle:.3f} s, slowest {slowest:.2f} s (quiet: {sorted(quiet)[10]:.3f} s)")
