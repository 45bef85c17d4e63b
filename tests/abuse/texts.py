"""What people write: shown as text on every screen, and nowhere on the disk in clear."""
import html
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import time

from access import FREE
from common import OFFERS, everything, filled, routes
from harness import PATIENCE, ROOT, Person, Postgres, Server, call, look_for_plaintext, new_id

# Breaks out of an attribute, of a text area, of a title and of a script; RAN is what it would call.
HOSTILE_NAME = "\"'><img src=x onerror=RAN(1)></title></textarea>"
HOSTILE_WORDS = HOSTILE_NAME + ("</script><script>RAN(2)</script><svg onload=RAN(3)> javascript:RAN(4)"
                                " https://evil.example/\"onfocus=RAN(5)//`${RAN(6)}")

ON_NO_SCREEN = ("PUT /api/rooms/{room}/draft /subject",)  # a reply has none; programs of another make may send one


class Pen:
    """Gives texts that can be told apart, and remembers for which field each was."""

    def __init__(self, words="", name=""):
        self.mark = "plover" + secrets.token_hex(4)
        self.words, self.name, self.written = words, name, {}

    def __call__(self, field):
        text = f"{self.mark}-{len(self.written):02d}{self.name if field.endswith('/name') else self.words}"
        self.written[text] = field
        return text


def answers_about_harm_and_the_therapist(address, client, therapist, neutral, episode, pen):
    """Two concerns, and both are closed with words; whose each was."""
    closed = []
    form = new_id()
    asked = therapist.ask(address, "POST", f"/api/episodes/{episode['id']}/forms",
                          {"id": form, "questionnaire": "risq", "occasion": "on_request"})
    answers = [{"item": str(n), "value": 1} for n in range(1, 5)]
    client.ask(address, "PUT", f"/api/forms/{form}/answers", {"based_on": 0, "language": "en", "answers": answers})
    client.ask(address, "POST", f"/api/forms/{form}/completion", {"revision": 1, "version": 1})
    assert asked.status == 201, asked.body
    for person in (therapist, neutral):
        open_ones = [c for c in person.get(address, "/api/concerns")["concerns"] if not c.get("closed_at")]
        for one in (c for c in open_ones if c["client"] == episode["client"]["name"]):
            answer = person.ask(address, "POST", f"/api/concerns/{one['id']}/disposition",
                                {"disposition": "assessed" if person is therapist else "complaint_helped",
                                 "note": pen("POST /api/concerns/{concern}/disposition /note")})
            assert answer.status == 200, answer.body
            closed.append((person, one["id"]))
    return closed


def shown_as_text(house, report):
    """Every field holds what would run; then every screen is opened by everybody in a real browser."""
    pen = Pen(HOSTILE_WORDS, HOSTILE_NAME)
    client = next(c for c in house.of_role("client") if c not in (house.victim, house.other_client))
    episode = house.episode_of(client)
    therapist = house.by_id[episode["therapist"]["id"]]
    neutral, administrator = house.of_role("neutral_person")[0], house.of_role("administrator")[0]
    house.change("UPDATE episode_of_care SET neutral_id = ? WHERE id = ?", neutral.id, episode["id"])
    things = everything(house.address, client, therapist, administrator, episode, pen)
    closed = answers_about_harm_and_the_therapist(house.address, client, therapist, neutral, episode, pen)
    report.check("every field that takes any text holds a text that would run", set(pen.written.values()) == FREE,
                 ", ".join(FREE ^ set(pen.written.values())) or f"{len(pen.written)} texts")
    found = set()
    for person, concern in closed:
        found |= texts_in(person.ask(house.address, "GET", f"/api/concerns/{concern}"), pen)
    for person in (client, therapist, administrator):
        for method, pattern, parameters, _ in routes(house):
            if method == "GET" and pattern != "/api/live":
                answer = person.ask(house.address, method, filled(pattern, things))
                found |= texts_in(answer, pen)
    report.check("each is given back letter for letter", found == set(pen.written), ", ".join(
        field for text, field in pen.written.items() if text not in found))
    page = client.ask(house.address, "GET", "/api/me/record.html").body.decode()
    report.check("the record that is downloaded has them as text", pen.mark in page and html.escape("<img src=x") in page and
                 not any(piece in page for piece in ("<img src=x", "<script>RAN", "<svg onload", "</textarea>")))
    at = f"/with/{episode['id']}"
    paths = [f"{at}/messages/{things['thread']}", f"{at}/sessions/{things['encounter']}", f"{at}/forms/{things['form']}",
             f"{at}/forms/{things['sent']}", f"{at}/between"]
    others = [p for p in house.everybody if p.role not in ("client", "therapist", "neutral_person")]
    near = f"{at}/sessions/{things['near']}"
    ways = {client: [*paths, near, f"/checkin/{things['near']}"], therapist: [*paths, near], neutral: [], **{p: [] for p in others}}
    for person, concern in closed:
        ways[person].append(f"/concerns/{concern}")
    in_a_browser(house, report, pen, [
        *({"role": p.role, "login": p.login, "password": p.password, "paths": paths} for p, paths in ways.items()),
        {"role": "nobody", "paths": [things["link"]]}])


def texts_in(answer, pen):
    if "json" not in answer.headers.get("content-type", ""):
        return set()
    found, left = set(), [json.loads(answer.body)]
    while left:
        one = left.pop()
        if isinstance(one, str) and one in pen.written:
            found.add(one)
        left += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return found


def in_a_browser(house, report, pen, people):
    words = "every screen of everybody"
    if not shutil.which("node") or not (ROOT / "tests/browser/node_modules/playwright-core").exists():
        report.skip(words, "Node, or what `npm --prefix tests/browser ci` installs, is not there")
        return
    asked = {"origin": "http://" + house.server.url, "texts": list(pen.written), "people": people}
    done = subprocess.run(["node", ROOT / "tests/abuse/screens.mjs"], input=json.dumps(asked), capture_output=True, text=True,
                          timeout=4 * PATIENCE, check=False)
    if done.returncode != 0:
        report.check(words, False, done.stderr[-600:])
        return
    said = json.loads(done.stdout)
    for role, screens in said["screens"].items():
        report.check(f"every screen of a {role} was opened", len(screens) > 1, f"{len(screens)}: {' '.join(screens)}"[:300])
    for kind, sentence in (("ran", "nothing of it ran"), ("broken", "nothing of it became an element or an attribute"),
                           ("refused", "the content policy had nothing to refuse"), ("elsewhere", "no page asked another site"),
                           ("errors", "no page failed")):
        report.check(f"{words}: {sentence}", not said[kind], "; ".join(said[kind][:3])[:400])
    missing = [field for text, field in pen.written.items() if text not in said["seen"] and field not in ON_NO_SCREEN]
    report.check(f"{words}: every text was shown somewhere, whole", not missing, ", ".join(missing))


def nowhere_in_clear(house, report):
    """An administrator with the disk, the logs, a backup and no key."""
    engines = [("SQLite", None)]
    if os.environ.get("RAPPORT_TEST_POSTGRES"):
        engines.append(("PostgreSQL", Postgres(os.environ["RAPPORT_TEST_POSTGRES"])))
    else:
        report.skip("nothing in clear with PostgreSQL", "RAPPORT_TEST_POSTGRES is not set")
    for engine, postgres in engines:
        url = postgres.make("abuse_texts") if postgres else ""
        server = Server(house.server.binary, house.server.folder / f"clear-{engine}", url, prefix=["prlimit", "--core=unlimited"],
                        options=["--log-level", "debug", *OFFERS])
        try:
            clear_on(engine, postgres, server, report)
        finally:
            server.stop()
            if postgres:
                postgres.drop(url)


def clear_on(engine, postgres, server, report):
    since, pen = time.time(), Pen()
    people = [Person(a) for a in server.make_practice(2)]
    address = server.start().address
    client, therapist = (next(p for p in people if p.role == role).log_in(address) for role in ("client", "therapist"))
    episode = client.get(address, "/api/episodes")["episodes"][0]
    therapist = next(p for p in people if p.role == "therapist" and p.log_in(address).id == episode["therapist"]["id"])
    neutral, administrator = (next(p for p in people if p.role == role).log_in(address)
                              for role in ("neutral_person", "administrator"))
    everything(address, client, therapist, administrator, episode, pen)
    answers_about_harm_and_the_therapist(address, client, therapist, neutral, episode, pen)
    mail = client.ask(address, "PUT", "/api/me/email", {
        "address": f"{pen.mark}@example.org", "language": "en", "password": client.password}).status
    # People type into the wrong field, and programs fail with what they were sent.
    for login, password in ((pen.mark, "x"), ("x", pen.mark)):
        call(address, "POST", "/api/login", {"login": login, "password": password})
    for target in (f"/api/rooms/{pen.mark}/events", f"/api/episodes?{pen.mark}={pen.mark}", f"/with/{pen.mark}"):
        client.ask(address, "GET", target)
    client.ask(address, "POST", f"/api/rooms/{episode['chat_room']}/messages", {"id": pen.mark, "text": pen.mark})
    report.check(f"{engine}: every field holds a word to look for", set(pen.written.values()) == FREE and mail == 204)
    if not postgres:
        copy = server.folder / "data/copy"  # where the search looks
        done = server.command("backup", *server.place(), "--to", str(copy))
        report.check(f"{engine}: a backup was made", done.returncode == 0 and any(copy.rglob("*.db")), done.stderr[-200:])
    dumps = dumps_since(since, server)
    server.process.send_signal(signal.SIGABRT)
    server.process.wait(PATIENCE)
    found = dumps_since(since, server) - dumps
    report.check(f"{engine}: killed so that others leave their memory on the disk, it leaves none", not found, str(found))
    look_for_plaintext(report, engine, pen.mark, server, postgres, since)


def dumps_since(since, server):
    places = [pathlib.Path.cwd(), server.folder, server.data, pathlib.Path("/var/lib/systemd/coredump"), pathlib.Path("/var/crash")]
    return {str(p) for place in places if place.is_dir() for p in place.glob("*core*") if p.is_file() and p.stat().st_mtime >= since}
