"""Other people's things, and hostile texts in every field."""
import concurrent.futures
import contextlib
import json
import re
import time
import urllib.parse

from common import (QUICK, SECRET, about, filled, head, in_days, new_id, raw, resolved, routes, sample, status_of)
from harness import LineClosed, LiveLine, call, quoted


# Whoever asks is answered here: they hold nothing of anybody, or nothing without the token of a link.
FOR_EVERYBODY = ("/healthz", "/api/openapi.json", "/api/live.schema.json", "/api/problems/{code}", "/api/practice",
                "/api/crisis-contacts", "/api/invitation", "/api/invitation/acceptance")


def ids_of(parameters):
    return [p["name"] for p in parameters if p["in"] == "path" and p["schema"].get("format") == "uuid"]


def spellings(theirs, names):
    """What to put into the ids of an address: of each kind what belongs there, then what does not."""
    kinds = {"room": ("room", "thread"), "form": ("form", "sent")}
    for number in range(2):
        yield {name: theirs[kinds.get(name, (name, name))[number]] for name in names}
    yield {name: theirs[name].upper() for name in names}
    for kind in ("account", "message", "episode"):
        yield {name: theirs[kind] for name in names}


class Outsider:
    """Asks for what is not theirs, over HTTP and over a line, and counts what the audit must hold of it."""

    def __init__(self, house, person):
        self.house, self.person, self.line = house, person, LiveLine(house.address, person.cookie)
        self.asked = {}
        self.before = self.rows()

    def rows(self):
        found = self.house.rows("SELECT action, COUNT(*) FROM audit WHERE viewer_id = ? AND outcome IN ('failed', 'refused')"
                                " GROUP BY action", self.person.id)
        return dict(found)

    def ask(self, method, pattern, values, content):
        target = filled(pattern, values)
        answer = self.person.ask(self.house.address, method, target, content)
        frame = self.line.answer_to(self.line.ask(f"{method} {target}", content, number=5))
        action = about(self.house, method, pattern).get("x-audit")
        if action:
            self.asked[action] = self.asked.get(action, 0) + 2
        return answer.status, {k: v for k, v in answer.headers.items() if k != "date"}, answer.body, frame

    def finds_nothing(self, method, pattern, names, theirs, content):
        """What was answered otherwise than of an id that nothing has."""
        absent = self.ask(method, pattern, {}, content)
        for values in spellings(theirs, names):
            given = self.ask(method, pattern, values, content)
            if given != absent or given[0] not in (403, 404) or given[3]["status"] != given[0]:
                yield f"{self.person.role}, {values}: {given} but {absent}"[:400]

    def not_written_down(self):
        after = self.rows()
        return [f"{action}: {count} asked, {after.get(action, 0) - self.before.get(action, 0)} rows"
                for action, count in self.asked.items() if after.get(action, 0) - self.before.get(action, 0) != count]


def nothing_changed(house, report, words, before):
    after = house.tables()
    report.check(f"{words}: every table is as it was", before == after,
                 ", ".join(name for name in after if after[name] != before.get(name)))


# The id of a browser is its person's to choose, exceptions are of locked records alone, a hand-over is every
# administrator's too, and not every course has a signal: src/server/routes_scenarios_test.cpp asks for these as everybody.
ASKED_ELSEWHERE = {"PUT /api/me/push/devices/{device}", "PUT /api/exceptions/{exception}/decision",
                   "DELETE /api/exceptions/{exception}",
                   "GET /api/exceptions/{exception}/record", "POST /api/locked-records/{client}/exceptions",
                   "DELETE /api/hand-overs/{hand_over}", "POST /api/me/passkeys/{passkey}/removal",
                   "GET /api/signals/{signal}", "POST /api/signals/{signal}/outcomes", "POST /api/signals/{signal}/follow-up"}

# What is every administrator's to do, for whomever.
OF_ADMINISTRATORS = {"POST /api/absences/{absence}/end", "PUT /api/closings/{client}/date", "DELETE /api/closings/{client}"}


# What a route asks of a body besides what its schema says.
ALSO = {"POST /api/goals/{goal}/ratings": {"progress": 5},
        "POST /api/episodes/{episode}/approach": {"models": ["cognitive_behavioural"], "style": "solution_focused"},
        "POST /api/episodes/{episode}/achievements": {"text": "x", "at": in_days(-1)},
        "PUT /api/encounters/{encounter}/whereabouts": {
            "answers": {"place": "x", "country": "AT", "phone": "+43 1", "company": "alone", "backup": "phone"}}}


def ask_for_all(house, report, words, outsiders, theirs):
    before, pool = house.tables(), concurrent.futures.ThreadPoolExecutor(len(outsiders))
    for method, pattern, parameters, body in routes(house):
        names = ids_of(parameters)
        if not names or f"{method} {pattern}" in ASKED_ELSEWHERE:
            continue
        content = {**sample(house, body), **ALSO.get(f"{method} {pattern}", {})} if body else None
        asking = [o for o in outsiders if o.person.role != "administrator" or f"{method} {pattern}" not in OF_ADMINISTRATORS]
        unknown = [name for name in names if name not in theirs]
        wrong = [f"there is no {name} to ask for" for name in unknown]
        if not unknown:
            asked = pool.map(lambda o: list(o.finds_nothing(method, pattern, names, theirs, content)), asking)  # noqa: B023
            wrong = [found for several in asked for found in several]
        report.check(f"{words}, {method} {pattern}: as if there were nothing", not wrong, "; ".join(wrong[:2]))
    missing = [f"{one.person.role}: {row}" for one in outsiders for row in one.not_written_down()]
    report.check(f"{words}: each question is in the audit", not missing and all(one.asked for one in outsiders),
                 "; ".join(missing[:3]) or f"{sum(sum(one.asked.values()) for one in outsiders)} rows")
    nothing_changed(house, report, words, before)


def other_peoples_ids(house, report):
    """Every route with an id in its address, asked by people whom it does not concern."""
    theirs = house.things_of(house.victim)
    others = [house.other_client, house.other_therapist] + [
        p for p in house.everybody if p.role not in ("client", "therapist")]
    outsiders = [Outsider(house, person) for person in others]
    ask_for_all(house, report, "other people's ids", outsiders, theirs)
    for one in outsiders:
        one.line.drop()
    # Ids that a sender chooses: taken ones say so (they are too long to guess), and nothing else.
    own = house.things_of(house.other_client)
    therapist = house.by_id[house.other_episode["therapist"]["id"]]
    before = house.tables()
    plan = {"id": theirs["encounter"], "start": in_days(50), "minutes": 50, "channel": "chat"}
    for what, person, method, target, content in (
            ("message", house.other_client, "POST", f"/api/rooms/{own['room']}/messages", {"id": theirs["message"], "text": "m"}),
            ("thread", house.other_client, "POST", f"/api/episodes/{own['episode']}/threads",
             {"id": theirs["thread"], "subject": "mine"}),
            ("chat", house.other_client, "POST", f"/api/episodes/{own['episode']}/threads", {"id": theirs["room"], "subject": "m"}),
            ("file", house.other_client, "POST", "/api/attachments",
             {"id": theirs["attachment"], "place": own["room"], "name": "mine", "bytes": 5}),
            ("point of an agenda", house.other_client, "PUT", f"/api/encounters/{own['encounter']}/agenda/{theirs['item']}",
             {"text": "mine", "place": 1, "done": True}),
            ("session", therapist, "POST", f"/api/episodes/{own['episode']}/encounters", plan),
            ("goal", house.other_client, "POST", f"/api/episodes/{own['episode']}/goals",
             {"id": theirs["goal"], "text": "mine", "mine": True}),
            ("homework", house.other_client, "POST", f"/api/episodes/{own['episode']}/homework",
             {"id": theirs["homework"], "kind": "task", "title": "mine"}),
            ("page of a diary", house.other_client, "PUT", f"/api/homework/{own['homework']}/entries/{theirs['entry']}",
             {"based_on": 0, "content": {"text": "mine"}}),
            ("achievement", house.other_client, "POST", f"/api/episodes/{own['episode']}/achievements",
             {"id": theirs["achievement"], "kind": "achievement", "text": "mine", "at": in_days(-1), "shared": True}),
            ("form", therapist, "POST", f"/api/episodes/{own['episode']}/forms",
             {"id": theirs["form"], "questionnaire": "phq-9", "occasion": "on_request"})):
        answer = person.ask(house.address, method, target, content)
        found = [n for n in (*theirs.values(), SECRET) if n.encode() in answer.body]
        report.check(f"the id of someone else's {what} for one's own: refused without a word about it",
                     answer.status == 409 and not found, f"{answer.status} {answer.body[:80]}")
    answer = house.other_client.ask(house.address, "DELETE", f"/api/encounters/{own['encounter']}/agenda/{theirs['item']}")
    report.check("someone else's point removed by way of one's own session: nothing happens", answer.status == 204,
                 str(answer.status))
    nothing_changed(house, report, "taken ids", before)
    wrong = []
    for method, pattern, parameters, body in routes(house):
        open_to_all = not about(house, method, pattern).get("security")
        if open_to_all and method == "GET" and pattern not in FOR_EVERYBODY:
            wrong.append(f"{method} {pattern} is open")
        if open_to_all:
            continue
        status = call(house.address, method, filled(pattern, theirs), sample(house, body) if body else None).status
        if status != 401:
            wrong.append(f"{method} {pattern}: {status}")
    report.check("every route but those that tell of nobody answers 401 to strangers", not wrong, ", ".join(wrong))


def former_therapist(house, report):
    """Care goes to another therapist while the line of the one before stays open."""
    client = next(c for c in house.of_role("client") if c not in (house.victim, house.other_client)
                  and house.episode_of(c)["therapist"]["id"] != house.therapist.id)
    theirs = {**house.things_of(client), "invitation": new_id(), "absence": new_id(), "client": new_id()}  # what is their own stays theirs
    former = house.by_id[house.episode_of(client)["therapist"]["id"]]
    follower = next(t for t in house.of_role("therapist") if t is not former)
    outsider, heir = Outsider(house, former), LiveLine(house.address, follower.cookie)
    house.change("UPDATE episode_of_care SET therapist_id = ?, deputy_id = NULL WHERE id = ?", follower.id, theirs["episode"])
    # Whoever was told of a concern may have to go on with it; that is said in docs/how-to/safety.md and no part of this.
    present = client.live(house.address)
    message = json.loads(house.send(client, theirs["room"], SECRET).body)["id"]
    client.ask(house.address, "POST", f"/api/rooms/{theirs['room']}/typing", {"typing": True})
    client.ask(house.address, "PUT", f"/api/encounters/{theirs['encounter']}/agenda/{theirs['item']}",
               {"text": SECRET + " again", "place": 2, "done": False})
    client.ask(house.address, "PUT", f"/api/rooms/{theirs['room']}/receipt", {"read": 1})
    heard = frames_of(heir, until=lambda f: f.get("kind") == "encounter")
    report.check("a former therapist: the one after them hears what the client does",
                 {"message", "encounter"} <= {f.get("kind") for f in heard}, str([f.get("kind") for f in heard]))
    last = outsider.line.ask("GET /api/practice")
    heard = frames_of(outsider.line, until=lambda f: f.get("id") == last)
    about_them = [f for f in heard if any(i in json.dumps(f) for i in (*theirs.values(), message))]
    report.check("a former therapist: the line that is still open is silent about the client", not about_them and
                 any(f.get("id") == last for f in heard), json.dumps(about_them)[:200])
    outsider.line.drop()
    outsider.line = LiveLine(house.address, former.cookie)
    last = present.ask("GET /api/practice")
    heard = [f for f in frames_of(present, until=lambda f: f.get("id") == last)
             if f.get("kind") == "presence" and f["body"] == {"account": former.id, "present": True}]
    report.check("a former therapist: the client is not told that they came", not heard, json.dumps(heard)[:200])
    ask_for_all(house, report, "a former therapist", [outsider], theirs)
    wrong = []
    for method, pattern, parameters, _ in routes(house):
        if method == "GET" and not ids_of(parameters) and "{" not in pattern and pattern != "/api/live":
            answer = former.ask(house.address, method, pattern)
            wrong += [f"{pattern} names the {name}" for name, value in theirs.items() if value.encode() in answer.body]
    report.check("a former therapist: no list names what is the client's", not wrong, "; ".join(wrong))
    for line in (outsider.line, heir, present):
        line.drop()


def frames_of(line, until, seconds=QUICK):
    """All frames up to the one that is waited for."""
    found, end = [], time.monotonic() + seconds
    with contextlib.suppress(LineClosed):
        while (left := end - time.monotonic()) > 0:
            frame = line.receive(left)
            if frame is None:
                break
            found.append(frame)
            if until(frame):
                break
    return found


HOSTILE = ("' OR '1'='1", "'; DROP TABLE room_event; --", "1); DELETE FROM account; --", "\" OR \"\"=\"", "$1", "{int}", "%00",
           "%27%20OR%201%3D1", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "..\\..\\windows", "/etc/passwd",
           "file:///etc/passwd", "%2e%2e%2f%2e%2e", "....//....//", "${7*7}", "{{7*7}}", "<script>alert(1)</script>",
           "\u202eabc", "\ufeff", "\u0000", "a\r\nSet-Cookie: x=y", "-1", "1e309", "NaN", "99999999999999999999", " 1", "0x10",
           "", "%", "%zz", "%c0%af", "A" * 3000)


# Fields that take any text; texts.py writes into each of them and looks where it comes out.
FREE = {
    "POST /api/episodes/{episode}/relationship-concerns /words",
    "POST /api/episodes/{episode}/threads /subject", "POST /api/rooms/{room}/messages /text",
    "POST /api/rooms/{room}/messages /attachments/0/description", "PUT /api/rooms/{room}/draft /subject", "PUT /api/rooms/{room}/draft /text",
    "PUT /api/episodes/{episode}/draft /subject", "PUT /api/episodes/{episode}/draft /text",
    "POST /api/encounters/{encounter}/check-in /content/went_well", "PUT /api/encounters/{encounter}/check-in/draft /content/went_well",
    "PUT /api/encounters/{encounter}/whereabouts /answers/place", "PUT /api/encounters/{encounter}/whereabouts /answers/region",
    "PUT /api/encounters/{encounter}/whereabouts /answers/backup_words",
    "POST /api/concerns/{concern}/disposition /note", "PUT /api/encounters/{encounter}/agenda/{item} /text",
    "POST /api/episodes/{episode}/goals /text", "POST /api/episodes/{episode}/goals /sign", "POST /api/goals/{goal}/ratings /note",
    "POST /api/episodes/{episode}/approach /words", "POST /api/episodes/{episode}/homework /title",
    "POST /api/episodes/{episode}/homework /text", "PUT /api/homework/{homework}/entries/{entry} /content/text",
    "POST /api/episodes/{episode}/achievements /text", "PUT /api/encounters/{encounter}/notes /sections/0/text", "POST /api/invitations /name",
    "POST /api/invitation/acceptance /name", "PUT /api/closings/{client}/date /reason",
    "POST /api/locked-records/{client}/exceptions /reason", "PUT /api/me/preferences /words",
    "PUT /api/me/therapist-switches/{therapist_switch}/summary /goals", "PUT /api/me/therapist-switches/{therapist_switch}/summary /approach", "PUT /api/me/therapist-switches/{therapist_switch}/summary /reached",
    "PUT /api/me/therapist-switches/{therapist_switch}/summary /helped", "PUT /api/me/therapist-switches/{therapist_switch}/summary /not_helped", "PUT /api/me/therapist-switches/{therapist_switch}/summary /more",
    "PUT /api/me/therapist-profile /focus", "PUT /api/me/therapist-profile /about",
}


# Fields with a shape of their own, which some odd texts have: nothing opens a zone by its name but a browser.
SHAPED = {"PUT /api/encounters/{encounter}/whereabouts /answers/phone": r"[0-9 +()/.-]*",
          "POST /api/episodes/{episode}/encounters /zone": r"[A-Za-z0-9_+/-]*",
          "PATCH /api/encounters/{encounter} /zone": r"[A-Za-z0-9_+/-]*", "PUT /api/me/email /address": ""}


def fields(house, schema, pointer=""):
    """Every field of a body that is no object: (JSON pointer, schema)."""
    plain = resolved(house, schema)
    if plain.get("type") == "object":
        for name, inner in plain.get("properties", {}).items():
            yield from fields(house, inner, f"{pointer}/{name}")
    elif plain.get("type") == "array":
        yield from fields(house, plain["items"], pointer + "/0")
    else:
        yield pointer, plain


def with_field(house, schema, pointer, value):
    """A body as the schema wants it, but for one field."""
    plain = resolved(house, schema)
    name, _, rest = pointer[1:].partition("/")
    inner = plain["items"] if plain["type"] == "array" else plain["properties"][name]
    put = with_field(house, inner, "/" + rest, value) if rest else value
    return [put] if plain["type"] == "array" else {**sample(house, schema), name: put}


def targets(pattern, parameters, values, text):
    """An odd text in each parameter of an address, in more than one spelling."""
    as_it_is = text.replace("#", "%23").replace("?", "%3f") if re.fullmatch(r"[!-~]*", text) else quoted(text)
    for parameter in parameters:
        name = parameter["name"]
        if parameter["in"] == "query":
            yield f"{filled(pattern, values)}?{name}={quoted(text)}"
            yield f"{filled(pattern, values)}?{quoted(text)}=1"
        elif parameter["in"] == "path":
            before, after = re.split(r"\{%s[^}]*\}" % name, pattern)
            for spelling in {as_it_is, quoted(text)}:
                yield filled(before, values) + spelling + filled(after, values)


def hostile_texts(house, report):
    """By somebody who may call the route, with ids of their own in all other places: what is odd reaches the handler."""
    things = house.things_of(house.victim)
    before, questions = house.tables(), []
    for method, pattern, parameters, body in routes(house):
        # What is only compared is left out: guesses are counted, and the rest is looked at where one is right.
        compared = {"password", "code", "token"} & set(resolved(house, body).get("properties", {})) if body else set()
        if pattern in ("/api/logout", "/api/login") or compared:
            continue
        person = house.who_may(method, pattern, body)[0]
        content = sample(house, body) if body else None
        for text in HOSTILE:
            questions += [(person, method, target, content) for target in targets(pattern, parameters, things, text)]
            for pointer, _ in fields(house, body) if body else ():
                field = f"{method} {pattern} {pointer}"
                if field not in FREE and not (field in SHAPED and re.fullmatch(SHAPED[field], text)):
                    questions.append((person, method, filled(pattern, things), with_field(house, body, pointer, text)))

    def mistake(question):
        person, method, target, content = question
        for _ in range(100):  # of what is slow a person has one in hand at a time
            answer = person.ask(house.address, method, target, content)
            if answer.status != 429:
                break
            time.sleep(0.05)
        number_is_fine = "?" in target and answer.status == 200 and method == "GET"
        # Whoever has a file looked at is told what is wrong with it: that is the answer.
        number_is_fine |= target.startswith("/api/instruments/check") and b'"mistakes":[{' in answer.body
        if (400 <= answer.status < 500 and answer.status not in (401, 429) or number_is_fine) and b"root:" not in answer.body \
                and b"sql" not in answer.body.lower():
            return None
        return f"{method} {target[:80]} {str(content)[:80]}: {answer.status} {answer.body[:60]!r}"

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        wrong = [found for found in pool.map(mistake, questions) if found]
    report.check("SQL, climbing and odd texts in every parameter and field: refused", not wrong,
                 "; ".join(wrong[:3]) or f"{len(questions)} requests")
    nothing_changed(house, report, "SQL, climbing and odd texts", before)
    # In their own room such texts are just texts.
    lost = []
    for text in HOSTILE:
        if not text or "\0" in text or "\ufeff" == text:
            continue
        answer = house.send(house.victim, house.room, text)
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
    every_body(house, report)


def every_body(house, report):
    """What no route may take, told to each of them by somebody who may call it, with ids of their own."""
    things = house.things_of(house.victim)
    own = {"client": house.victim, "therapist": house.therapist}
    before, asked, wrong = house.tables(), 0, []
    for method, pattern, _, body in routes(house):
        if not body:
            continue
        person = house.who_may(method, pattern, body)[0]
        person, target = own.get(person.role, person), filled(pattern, things)
        name = next(iter(resolved(house, body)["properties"]))
        right = json.dumps(with_field(house, body, "/" + name, sample(house, resolved(house, body)["properties"][name]))).encode()
        name = name.encode()
        for words, content, status, code in (
                ("100,000 levels", b'{"%s":' % name + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "body.too_deep"),
                ("17 levels", b'{"%s":' % name + b"[" * 17 + b"]" * 17 + b"}", 400, "body.too_deep"),
                ("70,000 more fields", right[:-1] + b"".join(b',"f%d":1' % n for n in range(70_000)) + b"}", 422, "body.invalid"),
                ("a field twice", right[:-1] + b"," + right[1:], 400, "body.not_json"),
                ("a field too many", right[:-1] + b',"is_administrator":true}', 422, "body.invalid"),
                ("invalid UTF-8", right.replace(b'"', b'"\xff', 1), 400, "body.not_utf8"),
                ("a byte more than 1 MB", right + b" " * ((1 << 20) + 1 - len(right)), 413, "request.too_large"),
                ("a list", b"[" + right + b"]", 422, "body.invalid"), ("a form", b"id=1&text=hello", 400, "body.not_json")):
            began = time.monotonic()
            answer = person.ask(house.address, method, target, content)
            took, said = time.monotonic() - began, json.loads(answer.body or b"{}")
            asked += 1
            if (answer.status, said.get("code")) != (status, code) or took > QUICK or len(answer.body) > 64 << 10:
                wrong.append(f"{method} {pattern}, {words}: {answer.status} {said.get('code')}, {took:.2f} s, {len(answer.body)} bytes")
    report.check("JSON that no route may take, told to each: refused quickly, briefly and for what it is", not wrong,
                 "; ".join(wrong[:4]) or f"{asked} requests")
    nothing_changed(house, report, "JSON that no route may take", before)
