"""What the crash and the abuse tests share: a server that can be started and killed, people who log in, and a small
WebSocket client. Python 3 standard library only; everything stays on the loopback interface.
"""
import base64
import collections
import contextlib
import hmac
import http.client
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import stat
import struct
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE = float(os.environ.get("RAPPORT_TEST_PATIENCE", "60"))  # for one step on a busy computer


class Report:
    """Each check is one line; the last line is the sum."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.lock = threading.Lock()

    def say(self, word, sentence, detail=""):
        print(f"{word}: {sentence}" + (f" ({detail})" if detail else ""), flush=True)

    def check(self, sentence, right, detail=""):
        with self.lock:
            if right:
                self.passed += 1
            else:
                self.failed += 1
        self.say("ok" if right else "FAILED", sentence, detail)
        return right

    def skip(self, sentence, reason):
        with self.lock:
            self.skipped += 1
        self.say("skipped", sentence, reason)

    def attempt(self, sentence, function, *arguments):
        """A check that broke off is a failed check; the others go on."""
        try:
            function(*arguments)
        except Exception as thrown:  # noqa: BLE001  whatever it was, it is this check's failure
            place = thrown.__traceback__
            while place.tb_next:
                place = place.tb_next
            self.check(sentence, False, f"{type(thrown).__name__}: {thrown}; line {place.tb_lineno} of "
                       f"{pathlib.Path(place.tb_frame.f_code.co_filename).name}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return 1 if self.failed else 0


def wait_until(is_so, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.01)


def new_id(now=None):
    """A UUID of version 7."""
    number = int((time.time() if now is None else now) * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64
    number |= 2 << 62 | secrets.randbits(62)
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


# ---------------------------------------------------------------------------------------------- server and practice


def clean_environment(extra=None):
    """Settings of the caller's shell must not reach the server. Only who looks at the log-in has codes asked for."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_")}
    return {**kept, "RAPPORT_SECOND_FACTOR": "offered", **(extra or {})}


class Server:
    """One data place, and the process that serves it (or does not)."""

    def __init__(self, binary, folder, database="", options=(), environment=None, prefix=(), second_factor="offered"):
        self.binary, self.folder, self.database = str(binary), pathlib.Path(folder), database
        self.data = self.folder / "data"
        self.options, self.prefix, self.second_factor = list(options), list(prefix), {"RAPPORT_SECOND_FACTOR": second_factor}
        self.environment = {**self.second_factor, **(environment or {})}
        self.process = None
        self.address = None
        self.starts = 0
        self.output = self.folder / "server.out"
        self.folder.mkdir(parents=True, exist_ok=True)

    def place(self):
        return ["--data", str(self.data)] + (["--database", self.database] if self.database else [])

    def command(self, *words, **keywords):
        """Runs the program to its end."""
        return subprocess.run([self.binary, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              env=clean_environment(self.second_factor), timeout=10 * PATIENCE, check=False, **keywords)

    def make_practice(self, clients):
        made = self.command("demo", *self.place(), "--clients", str(clients), "--json")
        if made.returncode != 0:
            raise RuntimeError(f"`rapport demo` ended with {made.returncode}: {made.stderr.strip()}")
        return json.loads(made.stdout)["accounts"]

    def launch(self, extra=()):
        """Starts the process without waiting for it."""
        self.starts += 1
        self.output = self.folder / f"server.{self.starts}.out"
        with open(self.output, "wb") as sink:
            self.process = subprocess.Popen(
                [*self.prefix, self.binary, "serve", *self.place(), "--listen", "127.0.0.1:0", *self.options, *extra],
                stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT,
                env=clean_environment(self.environment))
        return self

    def start(self, extra=()):
        self.launch(extra)
        end = time.monotonic() + PATIENCE
        while True:
            found = re.search(r"^Rapport is running at http://([0-9.]+):(\d+)$", self.said(), re.M)
            if found:
                self.address = (found.group(1), int(found.group(2)))
                return self
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}: {self.said().strip()}")
            if time.monotonic() > end:
                self.kill()
                raise TimeoutError("the server did not say that it runs")
            time.sleep(0.01)

    def said(self):
        return self.output.read_text(errors="replace")

    def kill(self):
        self.address = None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=PATIENCE):
        """SIGTERM, as a service manager does; gives the exit status."""
        if self.process is None or self.process.poll() is not None:
            return None if self.process is None else self.process.returncode
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "killed: it did not end by itself"
        finally:
            self.address = None

    @property
    def url(self):
        return "%s:%d" % self.address


@contextlib.contextmanager
def work_folder(name):
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"rapport-{name}."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Postgres:
    """Databases of their own on the server that RAPPORT_TEST_POSTGRES names."""

    def __init__(self, url):
        self.url = url

    def sql(self, text, database=None):
        done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database or self.url,
                               "-c", text], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    def make(self, name):
        full = f"{name}_{os.getpid()}"
        self.sql(f"CREATE DATABASE {full}")
        return self.url.rpartition("/")[0] + "/" + full

    def drop(self, url):
        self.sql(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def folder(self):
        return pathlib.Path(self.sql("SHOW data_directory"))

    def restart(self):
        """As after a power failure. Only where it runs beside this test (scripts/with-postgres)."""
        folder = self.folder()
        owner, program = folder.stat(), pathlib.Path(self.sql("SELECT setting FROM pg_config WHERE name = 'BINDIR'")) / "pg_ctl"
        as_owner = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"] if os.geteuid() == 0 else []
        subprocess.run([*as_owner, program, "-D", folder, "-m", "immediate", "-w", "-l", folder / "restarted.log", "restart"],
                       cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=PATIENCE)


# ---------------------------------------------------------------------------------------------------------- plaintext


def holds(path, needle):
    """Whether a file holds the bytes; read in pieces."""
    keep = b""
    try:
        with open(path, "rb") as file:
            while piece := file.read(1 << 20):
                if needle in keep + piece:
                    return True
                keep = piece[-len(needle):]
    except OSError:
        return False
    return False


def files_below(folder, newer_than=0.0, skip=()):
    for base, folders, names in os.walk(folder, onerror=lambda _: None):
        folders[:] = [f for f in folders if os.path.join(base, f) not in skip]
        for name in names:
            path = os.path.join(base, name)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and status.st_mtime >= newer_than and status.st_size < 1 << 30:
                yield path


def look_for_plaintext(report, words, mark, server, postgres, since):
    """Looks for a word that people wrote everywhere where it could have been left since a moment."""
    needles = [mark.encode(), mark.encode("utf-16-le"), mark.encode().hex().encode()]
    # The search must be able to find something.
    witness = server.folder.parent / "witness"
    witness.write_bytes(b"x" * ((1 << 20) - 5) + mark.encode())
    report.check(f"{words}: the search for plaintext finds what is there", holds(witness, needles[0]))
    witness.unlink()

    def look(sentence, paths):
        paths = list(paths)
        found = [p for p in paths if any(holds(p, needle) for needle in needles)]
        report.check(f"{words}: no plaintext in {sentence}", bool(paths) and not found,
                     ", ".join(map(str, found[:3])) or f"{len(paths)} files")

    look("the data folder", files_below(server.data))
    look("what the server printed", [p for p in server.folder.iterdir() if p.name.endswith(".out")])
    if postgres:
        postgres.sql("CHECKPOINT")
        folder = postgres.folder()
        if os.access(folder, os.R_OK | os.X_OK):
            look("PostgreSQL's data directory", files_below(folder))
            look("PostgreSQL's own log", files_below(folder.parent, skip=(str(folder),)))
        else:
            report.skip(f"{words}: no plaintext in PostgreSQL's data directory", "it cannot be read from here")
    look("/tmp and /var/tmp", [*files_below("/tmp", since), *files_below("/var/tmp", since)])


class FakedClock:
    """Moves the clock of a server by libfaketime."""

    def __init__(self, folder):
        library = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
        self.is_there, self.setting = library is not None, folder / "offset"
        self.set("+0")
        self.environment = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.setting), "FAKETIME_NO_CACHE": "1",
                            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set(self, text):
        """Seconds away from the computer's."""
        whole = self.setting.with_suffix(".new")
        whole.write_text(text + "\n")
        whole.replace(self.setting)


class Relay:
    """Stands between the server and PostgreSQL. `url` is the database as seen through it. It can hold everything up as
    a network does that is gone without a word, and swallow the answer to one COMMIT of a write."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.target = (parts.hostname, parts.port or 5432)
        self.listener = socket.create_server(("127.0.0.1", 0))
        place = f"{parts.netloc.rpartition('@')[0]}@127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = parts._replace(netloc=place, query="sslmode=disable&gssencmode=disable").geturl()
        self.flows = threading.Event()
        self.flows.set()
        self.cut_next = False  # the next COMMIT of a write gets no answer
        self.cuts = 0
        self.is_open = True
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while self.is_open:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            for side in (near, far):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = {"writes": False, "cut": False}
            threading.Thread(target=self.to_server, args=(near, far, line), daemon=True).start()
            threading.Thread(target=self.to_client, args=(far, near, line), daemon=True).start()

    def to_server(self, near, far, line):
        def look(data):
            if b"READ WRITE" in data:
                line["writes"] = True
            if b"COMMIT\0" in data:
                line["cut"] = line["writes"] and self.cut_next
                line["writes"] = False
            return True

        self.pump(near, far, look)

    def to_client(self, far, near, line):
        def look(_):
            if not line["cut"]:
                return True
            self.cut_next = False
            self.cuts += 1
            return False

        self.pump(far, near, look)

    def pump(self, source, sink, look):
        try:
            while data := source.recv(65536):
                self.flows.wait()
                if not look(data):
                    break
                sink.sendall(data)
        except OSError:
            pass
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        source.close()

    def hold_up(self):
        self.flows.clear()

    def let_go(self):
        self.flows.set()

    def close(self):
        self.is_open = False
        self.flows.set()
        self.listener.close()


# ------------------------------------------------------------------------------------------------------------- people

Answer = collections.namedtuple("Answer", "status headers body")


def call(address, method, target, body=None, headers=None, timeout=PATIENCE):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(*address, timeout=timeout)
    try:
        sent = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        connection.request(method, target, body=body, headers=sent)
        answer = connection.getresponse()
        headers = {name.lower(): answer.getheader(name) for name, _ in answer.getheaders()}  # equal ones are joined
        return Answer(answer.status, headers, answer.read())
    finally:
        connection.close()


def code_of(secret, step):
    """RFC 6238, from what the prose of the API says of it: SHA-1, six digits, 30 seconds."""
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def step_now():
    return int(time.time()) // 30


class App:
    """What makes the codes of one person; it never shows one twice."""

    def __init__(self, secret):
        self.secret, self.last = secret, 0

    def code(self):
        step = max(step_now(), self.last + 1)
        wait_until(lambda: step <= step_now() + 1, "the time of the next code", 35)
        self.last = step
        return code_of(self.secret, step)


class Person:
    """Somebody with an account: what a browser of theirs holds."""

    def __init__(self, account):
        self.login, self.password, self.role = account["login"], account["password"], account["role"]
        self.cookie = self.device = self.csrf = self.id = None

    def log_in(self, address):
        end = time.monotonic() + 2 * PATIENCE
        while True:
            answer = call(address, "POST", "/api/login", {"login": self.login, "password": self.password})
            if answer.status == 200:
                break
            if answer.status not in (429, 503) or time.monotonic() > end:
                raise RuntimeError(f"log-in of {self.login}: {answer.status} {answer.body[:200]!r}")
            time.sleep(float(answer.headers.get("retry-after", "1")))
        self.cookie, self.device = (re.search(rf"{name}=[^;]+", answer.headers["set-cookie"]).group()
                                    for name in ("rapport_session", "rapport_device"))
        said = json.loads(answer.body)
        self.csrf, self.id = said["csrf"], said["account"]["id"]
        return self

    def headers(self):
        return {"Cookie": self.cookie, "X-CSRF-Token": self.csrf}

    def ask(self, address, method, target, body=None, **keywords):
        return call(address, method, target, body, self.headers(), **keywords)

    def get(self, address, target):
        answer = self.ask(address, "GET", target)
        if answer.status != 200:
            raise RuntimeError(f"GET {target}: {answer.status} {answer.body[:200]!r}")
        return json.loads(answer.body)

    def events(self, address, room, after=0):
        """All messages of a room after a number, page by page."""
        found = []
        while True:
            page = self.get(address, f"/api/rooms/{room}/events?after={after}&limit=500")
            found += page["events"]
            if not page["events"] or page["events"][-1]["seq"] >= page["last_seq"]:
                return found
            after = page["events"][-1]["seq"]

    def live(self, address, timeout=PATIENCE):
        return LiveLine(address, self.cookie, timeout=timeout)


class Pair:
    """A client, their therapist and their chat."""

    def __init__(self, client, therapist, episode):
        self.client, self.therapist = client, therapist
        self.episode, self.room = episode["id"], episode["chat_room"]

    def people(self):
        return self.client, self.therapist


def log_in_pairs(address, accounts, count):
    """Clients with their therapists; a therapist may have several."""
    therapists = {}
    for account in accounts:
        if account["role"] == "therapist":
            person = Person(account).log_in(address)
            therapists[person.id] = person
    pairs = []
    for account in [a for a in accounts if a["role"] == "client"]:
        if len(pairs) == count:
            break
        client = Person(account).log_in(address)
        episodes = client.get(address, "/api/episodes")["episodes"]
        if episodes and episodes[0]["therapist"]["id"] in therapists:
            pairs.append(Pair(client, therapists[episodes[0]["therapist"]["id"]], episodes[0]))
    if len(pairs) < count:
        raise RuntimeError(f"the practice gives {len(pairs)} pairs, {count} are needed")
    return pairs


# ---------------------------------------------------------------------------------------------------------- live line


class LineClosed(Exception):
    """The line is over; `code` is what the server said, if anything."""

    def __init__(self, why, code=None):
        super().__init__(f"{why} {code or ''}".strip())
        self.code = code


class HandshakeRefused(Exception):
    def __init__(self, head):
        super().__init__(head.split("\r\n")[0])
        found = re.match(r"HTTP/1\.1 (\d+)", head)
        self.status = int(found.group(1)) if found else 0


TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame_bytes(payload, opcode=TEXT, final=True, masked=True):
    head = bytearray([(0x80 if final else 0) | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head.append(bit | len(payload))
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return bytes(head) + payload
    mask = secrets.token_bytes(4)
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    hidden = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")
    return bytes(head) + mask + hidden


class LiveLine:
    """A WebSocket of one person. One thread uses it at a time."""

    def __init__(self, address, cookie="", target="/api/live", headers=(), timeout=PATIENCE, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.buffer = bytearray()
        self.next_id = 0
        try:
            self.socket.connect(address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.shake_hands(address, cookie, target, headers)
        except BaseException:
            self.socket.close()
            raise

    def shake_hands(self, address, cookie, target, headers):
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [f"GET {target} HTTP/1.1", "Host: %s:%d" % address, "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"Cookie: {cookie}"] if cookie else []
        self.socket.sendall("\r\n".join([*lines, *headers, "", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self.fill("during the handshake")
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        self.buffer = bytearray(rest)
        if not head.startswith(b"HTTP/1.1 101"):
            raise HandshakeRefused(head.decode("latin-1"))
        self.greeting = head.decode("latin-1")

    def fill(self, doing):
        try:
            got = self.socket.recv(65536)
        except (ConnectionError, OSError) as error:
            if isinstance(error, (socket.timeout, BlockingIOError)):
                raise
            raise LineClosed(f"lost {doing}: {error}") from error
        if not got:
            raise LineClosed(f"ended {doing}")
        self.buffer += got

    def send_bytes(self, data):
        try:
            self.socket.sendall(data)
        except OSError as error:
            raise LineClosed(f"lost while sending: {error}") from error

    def send_text(self, text):
        self.send_bytes(frame_bytes(text.encode() if isinstance(text, str) else text))

    def ask(self, do, body=None, number=None):
        """Sends one request frame; gives its id."""
        if number is None:
            self.next_id += 1
            number = self.next_id
        frame = {"id": number, "do": do}
        if body is not None:
            frame["body"] = body
        self.send_text(json.dumps(frame))
        return number

    def take_frame(self):
        """A whole frame from the buffer, or None."""
        have = self.buffer
        if len(have) < 2:
            return None
        length, start = have[1] & 0x7F, 2
        if length == 126:
            start = 4
            length = int.from_bytes(have[2:4], "big") if len(have) >= 4 else None
        elif length == 127:
            start = 10
            length = int.from_bytes(have[2:10], "big") if len(have) >= 10 else None
        if length is None or len(have) < start + length:
            return None
        opcode, payload = have[0] & 0x0F, bytes(have[start:start + length])
        del have[:start + length]
        return opcode, payload

    def receive(self, seconds):
        """The next text frame as JSON, or None when none came in time."""
        end = time.monotonic() + seconds
        while True:
            frame = self.take_frame()
            if frame is None:
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self.socket.settimeout(left)
                try:
                    self.fill("while receiving")
                except (socket.timeout, BlockingIOError):
                    return None
                finally:
                    self.socket.settimeout(PATIENCE)
                continue
            opcode, payload = frame
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == PING:
                self.send_bytes(frame_bytes(payload, PONG))
            elif opcode == CLOSE:
                code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else None
                with contextlib.suppress(LineClosed):
                    self.send_bytes(frame_bytes(payload[:2], CLOSE))
                raise LineClosed("closed by the server", code)

    def answer_to(self, number, seconds=PATIENCE):
        """Waits for the answer to a request; events that come meanwhile are dropped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            frame = self.receive(left)
            if frame is not None and frame.get("id") == number and "status" in frame:
                return frame
        raise TimeoutError("no answer over the live line")

    def drop(self):
        """As when a cable is pulled: no goodbye."""
        self.socket.close()


def quoted(text):
    return urllib.parse.quote(text, safe="")
