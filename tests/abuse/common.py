"""What the abuse checks share: the server under test, its people, and requests that no library would send."""
import json
import pathlib
import re
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "crash"))
from harness import PATIENCE, Person, call, new_id  # noqa: E402,F401

QUICK = 5.0  # "at once", on a computer that compiles something beside


class House:
    """A running server, four clients in two therapists' care, and what they wrote."""

    def __init__(self, server, accounts):
        self.server = server
        self.address = server.address
        people = {a["login"]: Person(a) for a in accounts}
        clients = [p for p in people.values() if p.role == "client"]
        therapists = [p for p in people.values() if p.role == "therapist"]
        self.by_id = {p.log_in(self.address).id: p for p in clients + therapists}
        self.victim = clients[0]
        self.episode = self.victim.get(self.address, "/api/episodes")["episodes"][0]
        self.room = self.episode["chat_room"]
        self.therapist = self.by_id[self.episode["therapist"]["id"]]
        self.other_client = clients[1]
        self.other_episode = self.other_client.get(self.address, "/api/episodes")["episodes"][0]
        # A therapist who does not care for the victim, even if there are several.
        self.other_therapist = next(t for t in therapists if all(
            e["client"]["id"] != self.victim.id for e in t.get(self.address, "/api/episodes")["episodes"]))
        self.openapi = json.loads(server.command("openapi").stdout)

    def send(self, person, room, text, **keywords):
        return person.ask(self.address, "POST", f"/api/rooms/{room}/messages", {"id": new_id(), "text": text}, **keywords)

    def is_well(self):
        """A normal client is served."""
        return call(self.address, "GET", "/api/practice", timeout=PATIENCE).status == 200

    def memory(self):
        """Resident bytes of the server."""
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024


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
