"""The way back in for whoever forgot the password: what it tells of who has an account, and links and codes used twice."""
import base64
import collections
import concurrent.futures
import contextlib
import email
import email.policy
import json
import pathlib
import re
import sqlite3
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mail"))
from common import PATIENCE, connect, head, read_all  # noqa: E402
from harness import App, Server, call, new_id, wait_until  # noqa: E402
from sink import Certificate, Sink  # noqa: E402


class House:
    """A server of its own, where staff need a code, with a mail server."""

    def __init__(self, house, name):
        folder = house.server.folder / name
        certificate = Certificate(folder / "certificate")
        self.sink = Sink(certificate)
        self.server = Server(house.server.binary, folder, second_factor="staff", options=[
            "--practice-address", "https://rooms.example.org", "--mail-from", "look-in@example.org",
            "--mail-server", f"smtp://localhost:{self.sink.port}", "--mail-authorities", str(certificate.authority)])
        self.accounts = self.server.make_practice(2)
        self.apps = {one["login"]: App(one["totp_secret"]) for one in self.accounts if one["totp_secret"]}
        self.address = self.server.start().address

    def of_role(self, role):
        return [account for account in self.accounts if account["role"] == role]

    def post(self, source, target, body):
        """From an address of one's own; how it went and how long it took."""
        content = json.dumps(body).encode()
        with connect(self.address, source=(source, 0)) as connection:
            began = time.perf_counter()
            connection.sendall(head("POST", target, "Content-Type: application/json", f"Content-Length: {len(content)}",
                                    "Connection: close") + content)
            data, _ = read_all(connection, PATIENCE)
            took = time.perf_counter() - began
        lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
        told = sorted(line for line in lines[1:] if not line.lower().startswith(b"date:"))
        return int(lines[0].split()[1]), (lines[0], *told, data.partition(b"\r\n\r\n")[2]), took

    def log_in(self, account, code=None):
        words = {key: account[key] for key in ("login", "password")}
        if account["totp_secret"]:
            words["code"] = code or self.apps[account["login"]].code()
        return call(self.address, "POST", "/api/login", words)

    def as_one(self, account):
        """Asks as somebody who has just logged in."""
        answer = self.log_in(account)
        headers = {"Cookie": re.search(r"rapport_session=[^;]+", answer.headers["set-cookie"]).group(),
                   "X-CSRF-Token": json.loads(answer.body)["csrf"]}
        return lambda method, target, body: call(self.address, method, target, body, headers)

    def proof_of(self, account):
        """What is asked for before something about the log-in changes."""
        app = self.apps.get(account["login"])
        return {"password": account["password"], **({"code": app.code()} if app else {})}

    def give_address(self, account, address):
        answer = self.as_one(account)("PUT", "/api/me/email", {"address": address, "language": "en", **self.proof_of(account)})
        assert answer.status == 204, answer.body

    def links_to(self, address, page="recovery"):
        texts = [email.message_from_string(mail.text, policy=email.policy.SMTP).get_content()
                 for mail in list(self.sink.mails) if mail.receiver == address]
        return [found[1] for found in (re.search(rf"/{page}#([A-Za-z0-9_-]{{43}})", text) for text in texts) if found]

    def link_for(self, account, address, source):
        before = len(self.links_to(address))
        self.post(source, "/api/recovery", {"login": account["login"]})
        wait_until(lambda: len(self.links_to(address)) > before, "the link")
        return self.links_to(address)[-1]

    def close(self):
        self.server.stop()
        self.sink.close()


def no_word_of_anybody(house, report):
    """Asked for people who exist and for people who do not, by turns: words, status and time are the same."""
    own = House(house, "ask")
    try:
        known, without = own.of_role("client")
        own.give_address(known, "known@example.org")
        names = {"with an address": known["login"], "without one": without["login"], "unknown": "no.such.person",
                 "another unknown": "nor.this.one"}
        answers, times = collections.defaultdict(set), collections.defaultdict(list)
        for round_ in range(60):
            for place, (kind, login) in enumerate(names.items()):
                status, answer, took = own.post(f"127.0.{20 + place}.{round_ + 1}", "/api/recovery", {"login": login})
                answers[status, answer].add(kind)
                times[kind].append(1000 * took)
        report.check("a link asked for: the same answer to the letter, whoever it is about", len(answers) == 1 and
                     next(iter(answers))[0] == 204, str([(key[0], kinds) for key, kinds in answers.items()]))
        middle = {kind: statistics.median(took) for kind, took in times.items()}
        noise = max(1.0, abs(middle["unknown"] - middle["another unknown"]) * 3)
        report.check("and after the same time", max(middle.values()) - min(middle.values()) <= noise,
                     ", ".join(f"{kind} {took:.2f} ms" for kind, took in middle.items()) + f"; noise {noise:.2f} ms")
        wait_until(lambda: own.links_to("known@example.org"), "the link")
        time.sleep(8)  # longer than it takes to send
        report.check("asked for 60 times, from as many addresses: five links at the most",
                     1 <= len(own.links_to("known@example.org")) <= 5, str(len(own.links_to("known@example.org"))))
        report.check("and mails to nobody else", {mail.receiver for mail in own.sink.mails} == {"known@example.org"})
        statuses = [own.post("127.0.30.1", "/api/recovery", {"login": f"nobody.{n}"})[0] for n in range(40)]
        with contextlib.closing(sqlite3.connect(own.server.data / "rapport.db")) as file:
            rows = file.execute("SELECT COUNT(*) FROM audit WHERE action = 'recovery.ask'").fetchone()[0]
        report.check("40 names from one address: the same answer, and the audit is not filled", set(statuses) == {204} and
                     rows <= 4 * 5 + 20, f"{rows} rows")
    finally:
        own.close()


def links_and_codes(house, report):
    """Each opens once, whoever uses it and however many at once."""
    own = House(house, "use")
    try:
        client, therapist = own.of_role("client")[0], own.of_role("therapist")[0]
        own.give_address(client, "client@example.org")
        own.give_address(therapist, "staff@example.org")

        def use(token, password, source="127.0.0.90", **more):
            return own.post(source, "/api/recovery/password", {"token": token, "new_password": password, **more})[0]

        replaced = own.link_for(client, "client@example.org", "127.0.0.91")
        token = own.link_for(client, "client@example.org", "127.0.0.91")
        report.check("a link that was replaced leads nowhere", use(replaced, "herons and plovers") == 404)
        with contextlib.closing(sqlite3.connect(own.server.data / "rapport.db")) as file:
            kept = [row[0] for row in file.execute("SELECT token_digest FROM recovery_link")]
        spelt = [s for d in kept for s in (d.hex(), base64.urlsafe_b64encode(d).decode().rstrip("="))]
        report.check("what the database keeps of links opens none", kept and {use(s, "herons and plovers") for s in spelt} == {404})
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda n: use(token, f"herons and plovers {n}", f"127.0.0.{100 + n}"), range(8)))
        client["password"] = f"herons and plovers {statuses.index(204) if 204 in statuses else ''}"
        report.check("a link used by eight at once: by one, whose password counts", sorted(statuses) == [204] + [404] * 7
                     and own.log_in(client).status == 200, str(statuses))
        report.check("and by nobody after that", use(token, "another password", "127.0.0.120") == 404)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:  # of those asked for at once the last alone leads anywhere
            list(pool.map(lambda n: own.post(f"127.0.0.{130 + n}", "/api/recovery", {"login": client["login"]}), range(3)))
        time.sleep(8)
        looks = [own.post("127.0.0.140", "/api/recovery/link", {"token": link})[0] for link in own.links_to("client@example.org")]
        report.check("of several links one leads anywhere", looks.count(200) == 1, str(looks))

        asks = own.as_one(therapist)
        proof = {"password": therapist["password"], "code": own.apps[therapist["login"]].code()}
        codes = json.loads(asks("POST", "/api/me/recovery-codes", proof).body)["codes"]
        token = own.link_for(therapist, "staff@example.org", "127.0.0.92")
        statuses = [use(token, "herons and plovers", "127.0.0.93", **more) for more in (
            {}, {"code": own.apps[therapist["login"]].code()}, {"lost_factor": True}, {"code": "AAAAA-AAAAA"})]
        report.check("of staff the link alone is nothing, nor with a code of the app", set(statuses) == {422}, str(statuses))
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            statuses = list(pool.map(lambda n: use(token, f"a plover {n} on the shore", f"127.0.0.{150 + n}", code=codes[0]), range(6)))
        report.check("with a recovery code, sent by six at once: by one", sorted(statuses) == [204] + [404] * 5, str(statuses))
        therapist["password"] = f"a plover {statuses.index(204)} on the shore"
        report.check("the code was used up, and the second step is still asked for", own.log_in(therapist, codes[0]).status == 401
                     and own.log_in(therapist, codes[1]).status == 200)
        token = own.link_for(therapist, "staff@example.org", "127.0.0.94")
        answers = collections.Counter(use(token, "herons and plovers", "127.0.0.95", code=f"GUESS-{n:05d}") for n in range(14))
        report.check("guessing recovery codes with a link: slowed", set(answers) == {422, 429}, str(dict(answers)))
    finally:
        own.close()


def the_owners_way(house, report):
    """The way back is its owner's: not of whoever invited them, saw their password, or guesses at them."""
    own = House(house, "owner")
    try:
        client, other = own.of_role("client")
        own.give_address(client, "client@example.org")
        for by, role, login in (("therapist", "client", "cleo.new"), ("administrator", "therapist", "tess.new")):
            inviter, address = own.as_one(own.of_role(by)[0]), f"{by}.own@example.org"
            inviter("POST", "/api/invitations", {"id": new_id(), "role": role, "name": "Somebody", "email": address, "language": "en"})
            wait_until(lambda: own.links_to(address, "join"), "the invitation")
            token = own.links_to(address, "join")[-1]
            joined = own.post("127.0.0.60", "/api/invitation/acceptance", {"token": token, "name": "Somebody", "login": login,
                                                                           "password": "quiet horse stairs"})[0]
            own.post("127.0.0.61", "/api/recovery", {"login": login})
            own.link_for(client, "client@example.org", "127.0.0.62")  # asked for later, sent in the same turn or after
            time.sleep(6)
            report.check(f"a {role} who came by a link mailed to where the {by} said: no way in goes there", joined == 204
                         and not own.links_to(address), f"{joined}, {len(own.links_to(address))} links")

        begun = json.loads(own.as_one(client)("POST", "/api/me/second-factor", own.proof_of(client)).body)
        open_browser = own.as_one(client)
        app = own.apps[client["login"]] = App(begun["secret"])
        confirmed = open_browser("POST", "/api/me/second-factor/confirmation", {"code": app.code()})
        for method, path, body in (("PUT", "/api/me/email", {"address": "thief@example.org", "language": "en"}), ("POST", "/api/me/closing", {})):
            refused = open_browser(method, path, {**body, "password": client["password"]})
            report.check(f"whoever saw the password and found the browser open: {method} {path} is refused", confirmed.status == 200
                         and json.loads(refused.body)["code"] == "code.needed", f"{refused.status}")
        replaced = open_browser("PUT", "/api/me/email", {"address": "later@example.org", "language": "en", **own.proof_of(client)})
        token = own.link_for(client, "later@example.org", "127.0.0.63")
        wanted = {"token": token, "new_password": "herons and plovers", "lost_factor": True}
        status = own.post("127.0.0.64", "/api/recovery/password", wanted)[0]
        report.check("after the address became another no mail ends the second step", (replaced.status, status) == (204, 409))

        own.give_address(other, "other@example.org")
        token = own.link_for(other, "other@example.org", "127.0.0.65")
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            guessed = collections.Counter(pool.map(lambda n: own.post(f"127.0.3.{n % 15 + 1}", "/api/login", {
                "login": other["login"], "password": "a guess"})[0], range(130)))
        used = own.post("127.0.0.66", "/api/recovery/password", {"token": token, "new_password": "herons and plovers"})
        browser = re.search(rb"rapport_device=[^;]+", b"\n".join(used[1][1:-1]))
        report.check("guessed at from many addresses: the mailed link works all the same", guessed[429] > 0 and used[0] == 204,
                     f"{dict(guessed)}, {used[0]}")
        words = {"login": other["login"], "password": "herons and plovers"}
        there = call(own.address, "POST", "/api/login", words, {"Cookie": browser.group().decode()} if browser else {})
        report.check("and its browser is let in with the new password", there.status == 200, str(there.status))
    finally:
        own.close()
