"""Log-ins: made by somebody else, stolen, used by other sites, ended, and guessed at."""
import base64
import collections
import concurrent.futures
import json
import time

from access import nothing_changed
from common import PATIENCE, QUICK, filled, log_in_from, new_id, routes, sample
from harness import HandshakeRefused, LineClosed, LiveLine, Person, call


def session_of(answer):
    """The session that an answer sets, with its attributes."""
    value, *attributes = next(c for c in answer.headers["set-cookie"].split(", rapport_")[0].split("\n")).split("; ")
    return value, attributes


def log_in_with(house, person, cookie):
    return call(house.address, "POST", "/api/login", {"login": person.login, "password": person.password}, {"Cookie": cookie})


def who(house, cookie):
    answer = call(house.address, "GET", "/api/session", headers={"Cookie": cookie})
    return json.loads(answer.body)["account"]["id"] if answer.status == 200 else answer.status


def fixed_and_stolen(house, report):
    victim, thief = house.victim, house.other_client
    chosen = "rapport_session=" + "A" * 43
    answer = log_in_with(house, victim, chosen)
    given, attributes = session_of(answer)
    report.check("a session that somebody chose for the victim: the log-in makes another", answer.status == 200 and
                 given != chosen and who(house, chosen) == 401 and who(house, given) == victim.id)
    again, _ = session_of(log_in_with(house, victim, thief.cookie))
    report.check("a session of the thief's put before the victim's log-in: stays the thief's alone",
                 again not in (thief.cookie, given) and who(house, thief.cookie) == thief.id and who(house, again) == victim.id)
    wanted = {"HttpOnly", "SameSite=Strict", "Path=/"}
    report.check("the session is out of reach of scripts, of other sites and of other hosts",
                 wanted <= set(attributes) and not any(a.startswith("Domain") for a in attributes), "; ".join(attributes))
    token = given.partition("=")[2]
    ways = {"in the address": call(house.address, "GET", f"/api/session?rapport_session={token}"),
            "as a bearer": call(house.address, "GET", "/api/session", headers={"Authorization": f"Bearer {token}"}),
            "under another name": call(house.address, "GET", "/api/session", headers={"Cookie": f"session={token}"}),
            "without its last letter": call(house.address, "GET", "/api/session", headers={"Cookie": given[:-1]})}
    report.check("a session counts as a cookie alone, and whole", {a.status for a in ways.values()} == {401},
                 str({words: a.status for words, a in ways.items()}))
    bodies = [answer.body, call(house.address, "GET", "/api/session", headers={"Cookie": given}).body,
              call(house.address, "GET", "/api/me/record.json", headers={"Cookie": given}).body]
    report.check("the session's token is in no answer that a script could read", all(token.encode() not in b for b in bodies))
    digests = [row[0] for row in house.rows("SELECT token_digest FROM login_session")]
    spelt = [s for d in digests for s in (d.hex(), base64.urlsafe_b64encode(d).decode().rstrip("="))]
    known = [s for s in spelt if who(house, "rapport_session=" + s) != 401]
    report.check("what the database keeps of sessions logs nobody in", digests and not known, f"{len(digests)} sessions")
    target, other = f"/api/rooms/{house.room}/typing", json.loads(answer.body)["csrf"]
    status = call(house.address, "POST", target, {"typing": True}, {"Cookie": again, "X-CSRF-Token": other}).status
    report.check("the token of one log-in is none for another of the same person", status == 403, str(status))
    for cookie, csrf in ((given, other), (again, json.loads(call(house.address, "GET", "/api/session",
                                                                 headers={"Cookie": again}).body)["csrf"])):
        call(house.address, "POST", "/api/logout", headers={"Cookie": cookie, "X-CSRF-Token": csrf})
    report.check("a stolen session is worth nothing once its owner has logged out", who(house, given) == 401)


def other_sites(house, report):
    """Every route that changes something, asked as a page of another site could make a browser ask."""
    things = house.things_of(house.victim)
    own = {"client": house.victim, "therapist": house.therapist}
    url = "http://" + house.server.url
    before, asked, wrong = house.tables(), 0, []
    getters = {pattern for method, pattern, _, _ in routes(house) if method == "GET"}
    for method, pattern, _, body in routes(house):
        if method == "GET":
            continue
        person = house.who_may(method, pattern, body)[0]
        person, target = own.get(person.role, person), filled(pattern, things)
        content = json.dumps(sample(house, body)).encode() if body else None
        token = {"X-CSRF-Token": person.csrf}
        is_open = not house.openapi["paths"][pattern][method.lower()].get("security")
        attacks = [("from another site", method, {**token, "Origin": "https://evil.example"}, content, 403, "forbidden"),
                   ("from nowhere", method, {**token, "Origin": "null"}, content, 403, "forbidden"),
                   ("from a name that begins like ours", method, {**token, "Origin": url + ".evil.example"}, content, 403, "forbidden")]
        attacks += [(f"as {kind}", method, {**token, "Origin": url, "Content-Type": kind}, content or b"{}", 400, "body.not_json")
                    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b")]
        if not is_open:
            attacks += [("without a token", method, {}, content, 403, "csrf"),
                        ("with another's token", method, {"X-CSRF-Token": house.other_client.csrf}, content, 403, "csrf")]
        if pattern not in getters:
            attacks += [("as GET", "GET", {**token, "X-HTTP-Method-Override": method}, None, 405, "method_not_allowed"),
                        ("as GET that says what it means", "GET", token, content, 405, "method_not_allowed")]
        for words, how, headers, sent, status, code in attacks:
            where = target + (f"?_method={method}" if how == "GET" else "")
            answer = call(house.address, how, where, sent, {"Cookie": person.cookie, **headers})
            asked += 1
            if answer.status != status or json.loads(answer.body)["code"] != code:
                wrong.append(f"{method} {pattern} {words}: {answer.status} {answer.body[:120]!r}")
    report.check("changes that a page of another site asks for: refused, each for its reason", not wrong,
                 "; ".join(wrong[:3]) or f"{asked} requests")
    nothing_changed(house, report, "changes that a page of another site asks for", before)
    report.check("changes that a page of another site asks for: everybody is still logged in", all(
        who(house, p.cookie) == p.id for p in house.everybody))


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
