"""Log-ins: made by somebody else, stolen, used by other sites, ended, and guessed at."""
import base64
import collections
import concurrent.futures
import contextlib
import json
import sqlite3
import threading
import time

from access import nothing_changed
from common import PATIENCE, QUICK, connect, filled, head, log_in_from, new_id, read_all, routes, sample, status_of
from device import Device, question_of
from harness import App, HandshakeRefused, LineClosed, LiveLine, Person, Server, call, code_of, step_now


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


def at_once(count, ask):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return [answer.status for answer in pool.map(ask, range(count))]


def used_links(house, report):
    """The link of an invitation: used again, by many at once, after it was replaced or withdrawn, and guessed."""
    inviter, password = house.therapist, "a heron and a plover"

    def invite(invitation, **more):
        return inviter.ask(house.address, "POST", "/api/invitations",
                           {"id": invitation, "role": "client", "name": "Somebody", **more})

    def accept(token, login, words=password, source="127.0.0.50"):
        return ask_from(house, source, "POST", "/api/invitation/acceptance",
                        {"token": token, "name": "Somebody", "login": login, "password": words})

    def token_of(answer):
        return json.loads(answer.body)["path"].partition("#")[2]

    def accounts():
        return house.rows("SELECT COUNT(*) FROM episode_of_care")[0][0]

    before = accounts()
    first = new_id()
    replaced, token = token_of(invite(first)), token_of(invite(first))
    report.check("a link that was replaced leads nowhere", accept(replaced, "x.replaced") == 404)
    kept = [row[0] for row in house.rows("SELECT token_digest FROM invitation")]
    spelt = [s for d in kept for s in (d.hex(), base64.urlsafe_b64encode(d).decode().rstrip("="))]
    report.check("what the database keeps of links opens none", kept and {accept(s, f"x.{n}", source=f"127.0.5.{n + 1}")
                                                                         for n, s in enumerate(spelt)} == {404})
    statuses = at_once(8, lambda n: Status(accept(token, f"x.many{n}")))
    report.check("a link used by eight at once: by one", sorted(statuses) == [204] + [404] * 7 and accounts() == before + 1,
                 str(statuses))
    winner = f"x.many{statuses.index(204)}"
    report.check("the link used again, with another log-in: nothing", accept(token, "x.again", source="127.0.0.51") == 404)
    report.check("and with another password", accept(token, winner, "another long password", source="127.0.0.51") == 404)
    report.check("and with the very same: a used link tells nobody anything",
                 accept(token, winner, source="127.0.0.51") == 404 and accounts() == before + 1)
    statuses = [accept(token, winner, f"guess number {n}", source="127.0.0.53") for n in range(14)]
    report.check("a used link is no way to guess its owner's password", set(statuses) == {404},
                 str(statuses))
    withdrawn = new_id()
    token = token_of(invite(withdrawn))
    status = house.other_therapist.ask(house.address, "DELETE", f"/api/invitations/{withdrawn}").status
    report.check("another therapist's invitation cannot be withdrawn", status == 404, str(status))
    inviter.ask(house.address, "DELETE", f"/api/invitations/{withdrawn}")
    report.check("a link that was withdrawn leads nowhere", accept(token, "x.withdrawn", source="127.0.0.51") == 404)
    late = new_id()
    token = token_of(invite(late))
    house.change("UPDATE invitation SET ends_at = 1 WHERE id = ?", late)
    report.check("a link whose time is over leads nowhere", accept(token, "x.late", source="127.0.0.51") == 404)
    statuses = [invite(new_id(), role=role).status for role in ("administrator", "therapist", "supervisor")]
    statuses.append(invite(new_id(), therapist=house.other_therapist.id).status)
    report.check("a therapist invites clients of their own alone", set(statuses) == {403}, str(statuses))
    statuses = [accept("A" * 43, f"x.guess{n}", source="127.0.0.52") for n in range(30)]
    report.check("guessing links: slowed", set(statuses) == {404, 429} and statuses[-1] == 429, str(collections.Counter(statuses)))
    return winner, password


Status = collections.namedtuple("Status", "status")


def ask_from(house, source, method, target, body):
    """The status of a request from an address of one's own."""
    content = json.dumps(body).encode()
    with connect(house.address, source=(source, 0)) as connection:
        connection.sendall(head(method, target, "Content-Type: application/json", f"Content-Length: {len(content)}",
                                "Connection: close") + content)
        return status_of(read_all(connection, PATIENCE)[0])


def used_codes(house, report):
    """Codes of the second factor and recovery codes: each once, whoever sends it and however many at once."""
    login, password = used_links(house, report)
    person, thief = (Person({"login": login, "password": password, "role": "client"}).log_in(house.address) for _ in range(2))
    line = thief.live(house.address)
    listed = json.loads(person.ask(house.address, "GET", "/api/me/sessions").body)["sessions"]
    report.check("a stolen log-in stands in its owner's list", [s["current"] for s in listed].count(False) == 1, str(len(listed)))
    stolen = next(s["id"] for s in listed if not s["current"])
    status = person.ask(house.address, "DELETE", f"/api/me/sessions/{stolen}").status
    codes = [f for f in [code_of_end(line)] if f]
    report.check("its owner ends it, with its live line", status == 204 and who(house, thief.cookie) == 401 and codes == [4401],
                 f"{status}, {codes}")
    thief.log_in(house.address)
    wrong = person.ask(house.address, "PUT", "/api/me/password", {"password": "a guess", "new_password": "mine from now on"}).status
    changed = person.ask(house.address, "PUT", "/api/me/password", {"password": password, "new_password": "herons and plovers"}).status
    report.check("whoever has a log-in alone cannot change the password; a change ends all others",
                 (wrong, changed) == (422, 204) and who(house, thief.cookie) == 401, f"{wrong}, {changed}")
    password = "herons and plovers"
    secret = json.loads(person.ask(house.address, "POST", "/api/me/second-factor", {"password": password}).body)["secret"]
    thief = Person({"login": login, "password": password, "role": "client"}).log_in(house.address)
    step = step_now()
    confirmed = person.ask(house.address, "POST", "/api/me/second-factor/confirmation", {"code": code_of(secret, step)})
    recovery = json.loads(confirmed.body)["codes"]
    report.check("a second step ends the log-ins from before it", confirmed.status == 200 and who(house, thief.cookie) == 401)

    def log_in(code, source="127.0.0.60"):
        return ask_from(house, source, "POST", "/api/login", {"login": login, "password": password, "code": code})

    report.check("the code that confirmed it logs nobody in", log_in(code_of(secret, step)) == 401)
    report.check("neither does none, nor one from long ago or later", {log_in(code) for code in (
        "", code_of(secret, step - 120), code_of(secret, step + 120))} == {401})
    fresh = code_of(secret, step + 1)  # a clock may be half a minute ahead
    statuses = at_once(6, lambda n: Status(log_in(fresh, f"127.0.0.{61 + n}")))
    report.check("a code sent by six at once: one is let in", sorted(statuses) == [200] + [401] * 5, str(statuses))
    report.check("and by nobody after that", log_in(fresh, "127.0.0.70") == 401)
    statuses = at_once(6, lambda n: Status(log_in(recovery[0], f"127.0.0.{71 + n}")))
    report.check("a recovery code sent by six at once: one is let in", sorted(statuses) == [200] + [401] * 5, str(statuses))
    report.check("and by nobody after that, however it is typed", {log_in(c, "127.0.0.80") for c in (
        recovery[0], recovery[0].lower(), recovery[0].replace("-", ""))} == {401})
    report.check("what the database keeps of recovery codes logs nobody in", {log_in(row[0].hex()[:20], "127.0.0.81") for row in
                                                                              house.rows("SELECT code_digest FROM recovery_code")[:2]} == {401})
    statuses = [log_in(f"{n:06d}", f"127.0.6.{n + 1}") for n in range(24)]
    report.check("guessing codes with the right password from many addresses: slowed", statuses[-1] == 429 and
                 set(statuses) == {401, 429}, str(collections.Counter(statuses)))


def passkeys(house, report):
    """Passkeys: each answer once, for its browser, its page and its owner; nobody is told who has one."""
    owner, without = [c for c in house.of_role("client") if c not in (house.victim, house.other_client)][:2]
    password = owner.password
    origin = "https://rooms.example.org"  # as common.OFFERS names the practice
    device = Device(house.server.folder, origin, "rooms.example.org")

    def asked(path, body=None, person=None):
        answer = call(house.address, "POST", path, body, person.headers() if person else {})
        return json.loads(answer.body).get("challenge"), question_of(answer)

    def give(path, body, question, source="127.0.0.90", person=None):
        cookies = question if person is None else f"{question}; {person.cookie}"
        content = json.dumps(body).encode()
        with connect(house.address, source=(source, 0)) as connection:
            token = [f"X-CSRF-Token: {person.csrf}"] if person else []
            connection.sendall(head("POST", path, "Content-Type: application/json", f"Content-Length: {len(content)}",
                                    f"Cookie: {cookies}", "Connection: close", *token, host=house.server.url) + content)
            return status_of(read_all(connection, PATIENCE)[0])

    def creation():
        wanted = call(house.address, "POST", "/api/me/passkeys/creation", {"password": password}, owner.headers())
        return device.make(json.loads(wanted.body)), question_of(wanted)

    made, question = creation()
    report.check("a new passkey brought by somebody else's log-in: refused",
                 give("/api/me/passkeys", made, question, person=house.other_client) == 409)
    made, question = creation()  # a question is used up by whoever answers it
    report.check("a new passkey brought by its owner", give("/api/me/passkeys", made, question, person=owner) == 201)
    report.check("and once more: refused", give("/api/me/passkeys", made, question, person=owner) == 409)
    mine = owner.get(house.address, "/api/me/passkeys")["passkeys"][0]["id"]
    statuses = {p.ask(house.address, "POST", f"/api/me/passkeys/{mine}/removal", {"password": p.password}).status
                for p in (house.other_client, house.therapist)}
    report.check("somebody else's passkey is not to be removed", statuses <= {404, 422}, str(statuses))
    bodies = {call(house.address, "POST", "/api/login/passkey-challenge", {"login": who_asks, "password": "a guess"}).body
              for who_asks in (owner.login, without.login, "nobody at all")}
    report.check("without the password nobody learns who has a passkey", len(bodies) == 1, str(bodies))

    challenge, question = asked("/api/passkey-login/challenge")
    right = {"passkey": device.answer(challenge)}
    _, of_another = asked("/api/passkey-login/challenge")
    report.check("an answer with another browser's question: refused", give("/api/passkey-login", right, of_another) == 401)
    statuses = at_once(6, lambda n: Status(give("/api/passkey-login", right, question, f"127.0.0.{91 + n}")))
    report.check("an answer sent by six at once: one is let in", sorted(statuses) == [200] + [409] * 5, str(statuses))
    for words, more in (("passed on by a page that looks like ours", {"origin": "https://evil.example"}),
                        ("of a device that recognised nobody", {"flags": 1})):
        challenge, question = asked("/api/passkey-login/challenge")
        report.check(f"an answer {words}: refused", give("/api/passkey-login", {"passkey": device.answer(challenge, **more)}, question) == 401)
    stored = house.rows("SELECT public_key, user_handle FROM passkey")
    report.check("what the database keeps of a passkey holds no secret and no account", len(stored) == 1 and len(stored[0][0]) == 64
                 and owner.id.replace("-", "") not in stored[0][1].hex())
    for method, path, body in (("POST", f"/api/me/passkeys/{mine}/removal", {}), ("POST", "/api/me/passkeys/creation", {}),
                               ("POST", "/api/me/second-factor", {}), ("PUT", "/api/me/password", {"new_password": "a guess of theirs"})):
        refused = owner.ask(house.address, method, path, {"password": password, **body})
        report.check(f"whoever saw the password and found the browser open: {method} {path.replace(mine, '…')} is refused",
                     json.loads(refused.body)["code"] == "code.needed")
    challenge, question = asked("/api/me/passkeys/challenge", person=owner)
    status = give(f"/api/me/passkeys/{mine}/removal", {"password": password, "passkey": device.answer(challenge)}, question, person=owner)
    report.check("its owner removes it", status == 204 and log_in_with(house, owner, owner.cookie).status == 200)


def code_of_end(line):
    try:
        while line.receive(QUICK) is not None:
            pass
    except LineClosed as closed:
        return closed.code
    return None


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
    """Wrong passwords, many at a time; how often each status came. A server that is busy is asked again."""
    def once(number):
        while (status := log_in_from(house, sources[number % len(sources)], login(number), f"wrong {number}")[0]) == 503:
            time.sleep(0.5)
        return status

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        return collections.Counter(pool.map(once, range(times)))


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
    began = time.monotonic()
    statuses = guess(house, ["127.0.0.20"], lambda n: f"nobody {n}", 120)
    took = time.monotonic() - began  # each second allows one more
    report.check("guessing at 120 persons from one address: slowed after 60", set(statuses) <= {401, 429} and
                 55 <= statuses[401] <= 62 + took, f"{dict(statuses)} in {took:.0f} s")
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


def one_keeps_passwords_busy(house, report):
    """A client whose own password is right, and who asks for what is slow from 150 connections at once."""
    busy, other = house.other_client, house.of_role("supervisor")[0]
    wanted = {"password": busy.password, "new_password": "short"}
    with concurrent.futures.ThreadPoolExecutor(150) as pool:
        asked = [pool.submit(lambda: busy.ask(house.address, "PUT", "/api/me/password", wanted).status) for _ in range(600)]
        asked += [pool.submit(lambda: busy.ask(house.address, "GET", "/api/me/record.html").status) for _ in range(20)]
        statuses = [log_in_with(house, other, other.device).status for _ in range(5)]
        answers = collections.Counter(one.result() for one in asked)
    report.check("one person asks for 620 slow things at once: the log-ins of others go on", statuses == [200] * 5, str(statuses))
    report.check("and most of one's own are refused", set(answers) <= {200, 422, 429, 503} and answers[503] > answers[422], str(answers))
    enough = threading.Event()

    def log_in_again_and_again():
        own = collections.Counter()
        while not enough.is_set():
            own[log_in_with(house, busy, "").status] += 1
        return own

    with concurrent.futures.ThreadPoolExecutor(150) as pool:
        asked = [pool.submit(log_in_again_and_again) for _ in range(150)]
        time.sleep(1)
        statuses = [log_in_with(house, other, other.device).status for _ in range(5)]
        enough.set()
        answers = sum((one.result() for one in asked), collections.Counter())
    report.check("one person logs in from 150 connections for as long as it likes: the log-ins of others go on", statuses == [200] * 5, str(statuses))
    report.check("and most of one's own are refused", answers[503] > answers[200] > 0, str(answers))
    in_other_letters_and_other_names(house, report, busy, other)
    for one in (busy, other):  # so many log-ins have ended the one of before
        one.log_in(house.address)


def in_other_letters_and_other_names(house, report, busy, other):
    """The same name in 2^n spellings, and names of nobody, from 280 connections at one address; others log in elsewhere."""
    spelt = lambda n: "".join(c.upper() if n >> i & 1 else c for i, c in enumerate(busy.login)) + " " * (n % 20)
    for words, login, address in (("one person spells their name in ever other ways", spelt, "127.0.0.30"),
                                  ("names of nobody", lambda n: f"nobody at all {n}", "127.0.0.31")):
        enough = threading.Event()

        def log_in_again_and_again(nth):
            own = collections.Counter()
            while not enough.is_set():
                own[log_in_from(house, address, login(nth), busy.password)[0]] += 1
                nth += 280
            return own

        with concurrent.futures.ThreadPoolExecutor(280) as pool:
            asked = [pool.submit(log_in_again_and_again, nth) for nth in range(280)]
            time.sleep(2)
            statuses = [log_in_from(house, "127.0.0.32", other.login, other.password, [f"Cookie: {other.device}"])[0] for _ in range(10)]
            enough.set()
            answers = sum((one.result() for one in asked), collections.Counter())
        report.check(f"280 connections of one address log in again and again, {words}: the log-ins of others go on",
                     statuses == [200] * 10, f"{statuses}; the one: {dict(answers)}")
        report.check("and each of them is answered", set(answers) <= {200, 401, 429, 503}, str(dict(answers)))


def one_asks_for_records(house, report):
    """A client who asks for their record from twelve connections, again and again; somebody else wants theirs."""
    busy, other = house.other_client, house.victim
    enough = threading.Event()

    def again():
        statuses = collections.Counter()
        while not enough.is_set():
            statuses[busy.ask(house.address, "GET", "/api/me/record.json").status] += 1
        return statuses

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        asking = [pool.submit(again) for _ in range(12)]
        try:
            time.sleep(0.5)
            statuses = [other.ask(house.address, "GET", "/api/me/record.json").status for _ in range(12)]
        finally:
            enough.set()
        answers = sum((one.result() for one in asking), collections.Counter())
    report.check("one client asks for their record again and again: another gets theirs each time", statuses == [200] * 12,
                 f"{statuses}; the one: {dict(answers)}")
    report.check("and theirs are made one after the other", set(answers) <= {200, 429, 503} and answers[200] > 0, str(dict(answers)))


def second_factor(house, report):
    """Where staff need one, which is what a practice begins with."""
    server = Server(house.server.binary, house.server.folder / "factor", second_factor="staff")
    accounts = server.make_practice(1)
    server.start()
    try:
        staff = [a for a in accounts if a["role"] != "client"]
        one, other, without = staff[0], staff[1], staff[2]

        def log_in(account, code=None):
            words = {key: account[key] for key in ("login", "password")}
            return call(server.address, "POST", "/api/login", {**words, "code": code} if code else words)

        answers = [(log_in(a).status, json.loads(log_in(a).body)["code"]) for a in staff]
        report.check("staff: the password alone logs nobody in", set(answers) == {(401, "login.code_needed")}, str(answers))
        report.check("staff: the code of somebody else neither", log_in(one, App(other["totp_secret"]).code()).status == 401)
        step = step_now()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = sorted(a.status for a in pool.map(lambda _: log_in(one, code_of(one["totp_secret"], step)), range(8)))
        report.check("staff: one code sent eight times at once logs in once", statuses == [200] + [401] * 7, str(statuses))
        for nth in ("the next one", "the one after, waited for"):
            code = server.command("demo", "code", one["login"], *server.place()).stdout.strip()
            report.check(f"staff: `demo code` prints a code that counts: {nth}", log_in(one, code).status == 200, code)
        with contextlib.closing(sqlite3.connect(server.data / "rapport.db", timeout=PATIENCE)) as file, file:
            file.execute("DELETE FROM code_secret")
        person = Person(without).log_in(server.address)
        openapi = json.loads(server.command("openapi").stdout)
        opened = [f"{method} {path}" for path, operations in openapi["paths"].items() for method, operation in operations.items()
                  if operation.get("security") and path != "/api/logout" and person.ask(
                      server.address, method.upper(), filled(path, {}), None if method == "get" else b"[]").status != 403]
        report.check("staff: before there is a second factor nothing is open but setting it up", sorted(opened) == [
            "get /api/me/passkeys", "get /api/me/second-factor", "get /api/me/sessions", "get /api/session", "post /api/me/passkeys",
            "post /api/me/passkeys/creation", "post /api/me/second-factor", "post /api/me/second-factor/confirmation"], str(opened))
        try:
            person.live(server.address).drop()
            report.check("staff: and no live line either", False)
        except HandshakeRefused as refusal:
            report.check("staff: and no live line either", refusal.status == 403, str(refusal.status))
    finally:
        server.stop()
