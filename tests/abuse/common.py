"""What the abuse checks share: the server under test, its people, what it says it serves, and requests that no library
would send."""
import base64
import contextlib
import hashlib
import itertools
import json
import pathlib
import re
import socket
import sqlite3
import sys
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "crash"))
from harness import PATIENCE, Person, call, new_id, quoted  # noqa: E402,F401

QUICK = 5.0  # "at once", on a computer that compiles something beside


DOCUMENT = b"%PDF-1.4\nstartxref\n0\n%%EOF\n"  # the least that passes for one
SECRET = "only for the two"  # in all that somebody wrote for the one they work with

# Notices to browsers, by a push service where nobody is.
OFFERS = ["--practice-address", "https://rooms.example.org", "--push-services", "localhost:9"]
# A key of a browser, from the example of RFC 8291.
PUSH_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"

# What comes and goes by itself: who was here last, that somebody asked, mails, and what the rules find in courses.
NOT_COMPARED = ("audit", "check_in", "login_session", "notice", "practice_report_work", "signal", "signal_look")


class House:
    """A running server, four clients in three therapists' care, those behind them, and what they wrote."""

    def __init__(self, server, accounts):
        self.server = server
        self.address = server.address
        self.everybody = [Person(a).log_in(self.address) for a in accounts]
        self.by_id = {p.id: p for p in self.everybody}
        clients = self.of_role("client")
        self.victim = clients[0]
        self.episode = self.episode_of(self.victim)
        self.room = self.episode["chat_room"]
        self.therapist = self.by_id[self.episode["therapist"]["id"]]
        self.other_client = clients[1]
        self.other_episode = self.episode_of(self.other_client)
        # A therapist who does not care for the victim, not even while theirs is away.
        deputy = self.rows("SELECT deputy_id FROM episode_of_care WHERE id = ?", self.episode["id"])[0][0]
        self.other_therapist = next(t for t in self.of_role("therapist") if uuid.UUID(t.id).bytes != deputy and all(
            e["client"]["id"] != self.victim.id for e in t.get(self.address, "/api/episodes")["episodes"]))
        self.openapi = json.loads(server.command("openapi").stdout)
        self.may_ask = {}
        self.absences = itertools.count()

    def of_role(self, role):
        return [p for p in self.everybody if p.role == role]

    def episode_of(self, client):
        return client.get(self.address, "/api/episodes")["episodes"][0]

    # The file itself, beside the program.
    def rows(self, statement, *ids):
        with contextlib.closing(sqlite3.connect(f"file:{self.server.data / 'rapport.db'}?mode=ro", uri=True)) as file:
            return file.execute(statement, [uuid.UUID(i).bytes for i in ids]).fetchall()

    def change(self, statement, *ids):
        with contextlib.closing(sqlite3.connect(self.server.data / "rapport.db", timeout=PATIENCE)) as file, file:
            assert file.execute(statement, [uuid.UUID(i).bytes for i in ids]).rowcount > 0, statement

    def tables(self):
        """A digest of the rows of each table."""
        found = {}
        with contextlib.closing(sqlite3.connect(f"file:{self.server.data / 'rapport.db'}?mode=ro", uri=True)) as file:
            names = [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in sorted(set(names) - set(NOT_COMPARED)):
                rows = sorted(repr(row) for row in file.execute(f"SELECT * FROM {name}"))
                found[name] = (len(rows), hashlib.sha256("".join(rows).encode()).hexdigest())
        return found

    def who_may(self, method, pattern, body):
        """People of each role that may ever call a route. Asked with what no handler takes, so that nothing happens."""
        if (method, pattern) not in self.may_ask:
            answers = {}
            for person in self.everybody:
                if person.role not in answers:
                    target = filled(pattern, {})
                    open_to_all = target == pattern and body is None and method != "GET"
                    answer = None if open_to_all else person.ask(self.address, method, target, b"[]" if body else None)
                    answers[person.role] = (open_to_all or answer.status != 403) and person
            self.may_ask[method, pattern] = [person for person in answers.values() if person]
        return self.may_ask[method, pattern]

    def things_of(self, client):
        """Makes one of everything that a client can have; the ids by the names that addresses give them. Nobody but the
        therapist and the deputy stands behind this client."""
        episode = self.episode_of(client)
        therapist = self.by_id[episode["therapist"]["id"]]
        self.change("UPDATE episode_of_care SET neutral_id = NULL WHERE id = ?", episode["id"])
        self.change("UPDATE account SET supervisor_id = NULL WHERE id = ?", therapist.id)
        administrator = self.of_role("administrator")[0]
        ids = everything(self.address, client, therapist, administrator, episode, lambda field: SECRET)
        return {**ids, "absence": self.absence_of(therapist, episode)}

    def absence_of(self, therapist, episode):
        """Long after what is tried here, each on days of its own; nobody has agreed to stand in."""
        absence = new_id()
        first = 60 + 3 * next(self.absences)
        deputy = uuid.UUID(bytes=self.rows("SELECT deputy_id FROM episode_of_care WHERE id = ?", episode["id"])[0][0])
        answer = therapist.ask(self.address, "POST", "/api/absences", {"id": absence, "deputy": str(deputy), "from": in_days(first),
                                                                      "until": in_days(first + 2)})
        assert answer.status == 201, f"{answer.status} {answer.body[:200]!r}"
        return absence

    def send(self, person, room, text, **keywords):
        return person.ask(self.address, "POST", f"/api/rooms/{room}/messages", {"id": new_id(), "text": text}, **keywords)

    def is_well(self):
        """A normal client is served."""
        return call(self.address, "GET", "/api/practice", timeout=PATIENCE).status == 200

    def memory(self):
        """Resident bytes of the server."""
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024


def everything(address, client, therapist, administrator, episode, words):
    """Has one of everything written. `words` gives the text for a field, named as in access.FREE."""
    ids = {"episode": episode["id"], "room": episode["chat_room"], "account": client.id, "thread": new_id(),
           "encounter": new_id(), "item": new_id(), "form": new_id(), "sent": new_id(), "attachment": new_id(),
           "relationship_concern": new_id(), "therapist_switch": new_id(),
           **{name: new_id() for name in ("goal", "approach", "homework", "entry", "achievement", "near")}}

    def made(person, method, pattern, body=None, names=(), **more):
        for name in names:
            body = {**body, name: words(f"{method} {pattern} /{name}")}
        target = filled(pattern, {**ids, **more})
        answer = person.ask(address, method, target, body)
        assert answer.status in (200, 201, 204), f"{method} {target}: {answer.status} {answer.body[:200]!r}"
        return json.loads(answer.body or b"null")

    # A name that would run; slashes are not kept.
    made(client, "POST", "/api/attachments", {"id": ids["attachment"], "place": ids["episode"], "bytes": len(DOCUMENT),
                                              "name": "\"><img src=x onerror=RAN(7)>.pdf"})
    made(client, "PUT", "/api/attachments/{attachment}/part", {"number": 0, "content": base64.b64encode(DOCUMENT).decode()})
    made(client, "POST", "/api/attachments/{attachment}/check")
    made(client, "POST", "/api/episodes/{episode}/threads", {"id": ids["thread"]}, ["subject"])
    described = words("POST /api/rooms/{room}/messages /attachments/0/description")
    ids["message"] = made(client, "POST", "/api/rooms/{room}/messages", {"id": new_id(), "attachments": [
        {"id": ids["attachment"], "description": described}]}, ["text"], room=ids["thread"])["id"]
    for person in (client, therapist):
        made(person, "POST", "/api/rooms/{room}/messages", {"id": new_id()}, ["text"])
        for place in ("/api/rooms/{room}/draft", "/api/episodes/{episode}/draft"):
            revision = made(person, "GET", place)["revision"]
            made(person, "PUT", place, {"based_on": revision}, ["subject", "text"])
    made(client, "POST", "/api/episodes/{episode}/relationship-concerns", {"id": ids["relationship_concern"]}, ["words"])
    made(therapist, "POST", "/api/episodes/{episode}/encounters",
         {"id": ids["encounter"], "start": in_days(30), "minutes": 50, "channel": "chat"})
    made(client, "PUT", "/api/encounters/{encounter}/agenda/{item}", {"place": 1, "done": False}, ["text"])
    notes = "/api/encounters/{encounter}/notes"
    sections = [{"key": one["key"], "text": words(f"PUT {notes} /sections/0/text")} for one in made(therapist, "GET", notes)["sections"]]
    made(therapist, "PUT", notes, {"sitting": new_id(), "sections": sections})
    # Before a session that is near, and where the client is.
    made(therapist, "POST", "/api/episodes/{episode}/encounters",
         {"id": ids["near"], "start": in_days(0.5), "minutes": 50, "channel": "chat"})
    for method, check_in, based_on in (("POST", "/api/encounters/{encounter}/check-in", 0),
                                       ("PUT", "/api/encounters/{encounter}/check-in/draft", 1)):
        content = {"went_well": words(f"{method} {check_in} /content/went_well"), "homework": [], "topics": []}
        made(client, method, check_in, {"based_on": based_on, "content": content}, encounter=ids["near"])
    place = "/api/encounters/{encounter}/whereabouts"
    where = {name: words(f"PUT {place} /answers/{name}") for name in ("place", "region", "backup_words")}
    made(client, "PUT", place, {"answers": {**where, "country": "AT", "phone": "+43 1 234", "company": "alone", "backup": "other"},
                                "keep_usual": True})
    made(client, "POST", "/api/episodes/{episode}/goals", {"id": ids["goal"], "mine": True}, ["text", "sign"])
    made(client, "POST", "/api/goals/{goal}/ratings", {"id": new_id(), "progress": 3}, ["note"])
    made(therapist, "POST", "/api/episodes/{episode}/approach", {"id": ids["approach"], "models": ["mixed"], "style": "both"}, ["words"])
    made(therapist, "POST", "/api/episodes/{episode}/homework", {"id": ids["homework"], "kind": "diary"}, ["title", "text"])
    page = "/api/homework/{homework}/entries/{entry}"
    made(client, "PUT", page, {"based_on": 0, "content": {"text": words(f"PUT {page} /content/text")}})
    made(client, "POST", "/api/episodes/{episode}/achievements",
         {"id": ids["achievement"], "kind": "achievement", "at": in_days(-1), "shared": False}, ["text"])
    wishes = made(client, "GET", "/api/me/preferences").get("now", {"version": 0})
    made(client, "PUT", "/api/me/preferences", {"based_on": wishes["version"], "way": {}, "gender_needed": False, "times": []}, ["words"])
    said = made(therapist, "GET", "/api/me/therapist-profile")
    made(therapist, "PUT", "/api/me/therapist-profile", {
        "based_on": said["revision"], "capacity": 50, "approaches": [], "languages": ["de"], "reasons": [], "times": [], "way": {}},
         ["focus", "about"])
    before = made(client, "GET", "/api/me/therapist-switch").get("current")
    if before and before["state"] not in ("done", "withdrawn"):
        made(client, "POST", "/api/me/therapist-switches/{therapist_switch}/withdrawal", therapist_switch=before["id"])
    made(client, "POST", "/api/episodes/{episode}/therapist-switches", {"id": ids["therapist_switch"], "kind": "asked"})
    made(client, "PUT", "/api/me/therapist-switches/{therapist_switch}/therapist", {"based_on": 1})
    made(client, "PUT", "/api/me/therapist-switches/{therapist_switch}/summary", {"based_on": 2, "history": "everything"},
         ["goals", "approach", "reached", "helped", "not_helped", "more"])
    made(client, "PUT", "/api/me/therapist-switches/{therapist_switch}/day",
         {"based_on": 3, "at": in_days(20), "meeting": "none", "sessions": "keep"})
    for form in (ids["form"], ids["sent"]):
        made(therapist, "POST", "/api/episodes/{episode}/forms", {"id": form, "questionnaire": "phq-9", "occasion": "on_request"})
    answers = [{"item": str(n), "value": 2} for n in range(1, 10)]
    made(client, "PUT", "/api/forms/{sent}/answers", {"based_on": 0, "language": "en", "answers": answers})
    made(client, "POST", "/api/forms/{sent}/completion", {"revision": 1, "version": 1})
    ids["invitation"], accepted = new_id(), {"id": new_id(), "role": "client", "name": "as they were invited"}
    ids["link"] = made(therapist, "POST", "/api/invitations", {"id": ids["invitation"], "role": "client"}, ["name"])["path"]
    token = made(therapist, "POST", "/api/invitations", accepted)["path"].partition("#")[2]
    login = f"c.{token[:8]}"
    made(client, "POST", "/api/invitation/acceptance", {"token": token, "login": login,
                                                        "password": "a heron and a plover"}, ["name"])
    # Whoever came by it closes their account; the record is locked.
    newcomer = Person({"login": login, "password": "a heron and a plover", "role": "client"}).log_in(address)
    made(newcomer, "POST", "/api/me/closing", {"password": newcomer.password})
    ids["client"] = newcomer.id
    made(administrator, "PUT", "/api/closings/{client}/date", {"until": in_days(4000)}, ["reason"])
    made(therapist, "POST", "/api/locked-records/{client}/exceptions", {"id": new_id()}, ["reason"])
    ids["device"] = new_id()
    made(client, "PUT", "/api/me/push/devices/{device}", {"endpoint": f"https://localhost:9/{ids['device']}", "language": "en",
                                                          "auth": "A" * 22, "p256dh": PUSH_KEY})
    ids["session"] = next(s["id"] for s in made(client, "GET", "/api/me/sessions")["sessions"] if s["current"])
    ids["concern"] = max(made(therapist, "GET", "/api/concerns")["concerns"], key=lambda c: c["raised_at"])["id"]
    return ids


# ------------------------------------------------------------------------------------- what the program says it serves


def resolved(house, schema):
    while "$ref" in schema:
        schema = house.openapi["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema or "oneOf" in schema:
        return resolved(house, next(s for s in schema.get("anyOf", schema.get("oneOf")) if s.get("type") != "null"))
    return schema


def sample(house, schema):
    """A body that a schema accepts."""
    plain = resolved(house, schema)
    if "enum" in plain:
        return plain["enum"][0]
    kind = plain.get("type")
    if kind == "object":
        return {name: sample(house, inner) for name, inner in plain.get("properties", {}).items()
                if name in plain.get("required", []) or "anyOf" not in inner}
    if kind == "array":
        return [sample(house, plain["items"])] * plain.get("minItems", 0)
    if kind == "string":
        if plain.get("format") == "uuid":
            return new_id()
        if plain.get("format") == "date-time":
            return in_days(40)
        return "x" * max(1, plain.get("minLength", 1))
    return {"integer": max(24, plain.get("minimum", 24)), "number": 1.5, "boolean": True}.get(kind)


def routes(house):
    """(method, pattern, parameters, body schema) of everything the program serves."""
    for pattern, methods in house.openapi["paths"].items():
        for method, about in methods.items():
            body = about.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            yield method.upper(), pattern, about.get("parameters", []), body


def about(house, method, pattern):
    return house.openapi["paths"][pattern][method.lower()]


def in_days(days):
    return time.strftime("%Y-%m-%dT%H:00:00.000Z", time.gmtime(time.time() + days * 86400))


def filled(pattern, values):
    """The address of a route; a parameter that has no value gets an id that nothing has."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: quoted(values.get(found.group(1)) or new_id()), pattern)


# ------------------------------------------------------------------------------------------------------------- by hand


def connect(address, timeout=PATIENCE, source=None):
    return socket.create_connection(address, timeout=timeout, source_address=source)


def read_all(connection, seconds=QUICK):
    """Everything until the other side ends or the time is over; and whether it ended."""
    end, data = time.monotonic() + seconds, b""
    while (left := end - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            got = connection.recv(65536)
        except (socket.timeout, BlockingIOError):
            return data, False
        except OSError:
            return data, True
        if not got:
            return data, True
        data += got
    return data, False


def raw(address, data, seconds=QUICK):
    """Sends bytes as they are; gives what came back and whether the server ended the connection."""
    with connect(address) as connection:
        try:
            connection.sendall(data)
        except OSError:
            pass
        return read_all(connection, seconds)


def status_of(data):
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", data)
    return int(found.group(1)) if found else 0


def head(method, target, *lines, host="localhost", cookie=None):
    more = [f"Cookie: {cookie}"] if cookie else []
    return "\r\n".join([f"{method} {target} HTTP/1.1", f"Host: {host}", *more, *lines, "", ""]).encode("latin-1")


def log_in_from(house, source, login, password, extra=()):
    body = json.dumps({"login": login, "password": password}).encode()
    with connect(house.address, source=(source, 0)) as connection:
        connection.sendall(head("POST", "/api/login", "Content-Type: application/json", f"Content-Length: {len(body)}",
                                "Connection: close", *extra) + body)
        data, _ = read_all(connection, PATIENCE)
    return status_of(data), data
