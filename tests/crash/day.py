"""What the people of a practice do besides chatting: letters, sessions with agenda and notes, forms. Each sends the same
again until it is answered, as the screens do; `mistakes` says afterwards what is missing, there twice or another."""
import collections
import http.client
import json
import threading
import time

from harness import new_id

TAKEN = (200, 201, 202, 204)


class Doer(threading.Thread):
    """One pair through one thing after the other, for as long as `goes_on`."""

    def __init__(self, practice, pair, mark):
        super().__init__(daemon=True)
        self.practice, self.pair, self.mark = practice, pair, mark
        self.goes_on = True
        self.letters = collections.OrderedDict()  # thread -> (subject, [(message, text)])
        self.sessions = collections.OrderedDict()  # session -> (point, its text, the notes)
        self.forms = {}  # form -> the answers
        self.drafts = {}  # whose -> text
        self.again = self.rounds = 0
        self.faults = []

    def run(self):
        try:
            while self.goes_on:
                for act in (self.write_a_letter, self.hold_a_session, self.fill_in_a_form, self.leave_drafts):
                    act()
                self.rounds += 1
        except Exception as error:  # noqa: BLE001  shown in the report
            self.faults.append(f"{type(error).__name__}: {error}")

    def send(self, person, method, target, body=None):
        """Until it is taken. What is on its way when everything stops is still brought to its end."""
        while True:
            address = self.practice.server.address
            status, said = 0, b""
            if address:
                try:
                    status, _, said = person.ask(address, method, target, body, timeout=15)
                except (OSError, http.client.HTTPException):
                    status = 0
            if status in TAKEN:
                return json.loads(said) if said else None
            if status not in (0, 503):
                raise RuntimeError(f"{method} {target}: {status} {said[:200]!r}")
            self.again += 1
            time.sleep(0.05)

    def text(self, words):
        return f"{self.mark} {words} {new_id()[-6:]}"

    def write_a_letter(self):
        thread, subject = new_id(), self.text("letter")
        for writer in self.practice.writers:
            if writer.person in self.pair.people():
                writer.rooms.add(thread)
        self.send(self.pair.client, "POST", f"/api/episodes/{self.pair.episode}/threads", {"id": thread, "subject": subject})
        messages = []
        self.letters[thread] = (subject, messages)
        for person in self.pair.people():
            message, text = new_id(), self.text("of a letter")
            self.send(person, "POST", f"/api/rooms/{thread}/messages", {"id": message, "text": text})
            messages.append((message, text))

    def hold_a_session(self):
        session, point = new_id(), new_id()
        therapist, target = self.pair.therapist, f"/api/encounters/{session}"
        start = time.strftime("%Y-%m-%dT%H:00:00.000Z", time.gmtime(time.time() + 30 * 86400))
        self.send(therapist, "POST", f"/api/episodes/{self.pair.episode}/encounters",
                  {"id": session, "start": start, "minutes": 50, "channel": "chat"})
        text, note = self.text("point"), self.text("note")
        self.send(self.pair.client, "PUT", f"{target}/agenda/{point}", {"text": text, "place": 1, "done": False})
        self.send(therapist, "POST", f"{target}/open")
        sections = [{"key": one["key"], "text": note} for one in self.send(therapist, "GET", f"{target}/notes")["sections"]]
        self.send(therapist, "PUT", f"{target}/notes", {"sitting": new_id(), "sections": sections})
        self.send(therapist, "PUT", f"{target}/agenda/{point}", {"place": 1, "done": True})
        self.send(therapist, "POST", f"{target}/close")
        self.sessions[session] = (point, text, note)

    def fill_in_a_form(self):
        form = new_id()
        self.send(self.pair.therapist, "POST", f"/api/episodes/{self.pair.episode}/forms",
                  {"id": form, "questionnaire": "gad-7", "occasion": "on_request"})
        answers = [{"item": str(n), "value": (len(self.forms) + n) % 4} for n in range(1, 8)]
        self.send(self.pair.client, "PUT", f"/api/forms/{form}/answers", {"based_on": 0, "language": "en", "answers": answers})
        self.send(self.pair.client, "POST", f"/api/forms/{form}/completion", {"revision": 1, "version": 1})
        self.forms[form] = sum(one["value"] for one in answers)

    def leave_drafts(self):
        for person in self.pair.people():
            target, text = f"/api/rooms/{self.pair.room}/draft", self.text("draft")
            revision = self.send(person, "GET", target)["revision"]
            self.send(person, "PUT", target, {"based_on": revision, "subject": "", "text": text})
            self.drafts[person] = text

    # Afterwards.
    def mistakes(self):
        address, client, therapist = self.practice.server.address, *self.pair.people()
        rooms = client.get(address, f"/api/episodes/{self.pair.episode}/rooms")["rooms"]
        subjects = collections.Counter((room["id"], room.get("subject")) for room in rooms)
        for thread, (subject, messages) in self.letters.items():
            if subjects[thread, subject] != 1:
                yield f"letter {thread}: {subjects[thread, subject]} times"
            for person in (client, therapist):
                stored = [(e["body"]["id"], e["body"]["text"]) for e in person.events(address, thread)]
                if stored != messages:
                    yield f"letter {thread}: {len(stored)} messages, {len(messages)} were taken"
        for session, (point, text, note) in self.sessions.items():
            found = client.get(address, f"/api/encounters/{session}")
            agenda = [(one["id"], one["text"], one["done"]) for one in found["agenda"]]
            if found["encounter"]["status"] != "closed" or agenda != [(point, text, True)]:
                yield f"session {session}: {found}"[:200]
            notes = {one["text"] for one in therapist.get(address, f"/api/encounters/{session}/notes")["sections"]}
            if notes != {note}:
                yield f"notes of {session}: {notes}"[:200]
        numbers = [therapist.get(address, f"/api/encounters/{session}")["encounter"]["number"] for session in self.sessions]
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            yield f"the sessions are numbered {numbers}"
        for form, total in self.forms.items():
            found = therapist.get(address, f"/api/forms/{form}")["form"]
            if found["version"] != 1 or found["scores"]["scales"][0]["value"] != total:
                yield f"form {form}: version {found['version']}, {found['scores']['scales'][0]['value']} instead of {total}"
        for person, text in self.drafts.items():
            found = person.get(address, f"/api/rooms/{self.pair.room}/draft")["text"]
            if found != text:
                yield f"draft of the {person.role}: {found!r}"

    def figures(self):
        return (f"{len(self.letters)} letters, {len(self.sessions)} sessions, {len(self.forms)} forms, "
                f"{self.again} times sent again")
