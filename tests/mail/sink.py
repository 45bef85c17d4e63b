"""A mail server for tests: it takes mails on this computer and keeps them. What it does wrong is set in its attributes.
Python 3 standard library, and `openssl` for its certificate.
"""
import asyncio
import base64
import contextlib
import logging
import pathlib
import ssl
import subprocess
import threading

# Python's own word about how a connection ended is none of the test's.
logging.getLogger("asyncio").setLevel(logging.ERROR)


class Certificate:
    """A certificate, by default for localhost, and the authority that vouches for it."""

    def __init__(self, folder, names="DNS:localhost,IP:127.0.0.1"):
        folder = pathlib.Path(folder)
        folder.mkdir(parents=True)
        self.authority, self.chain, self.key = folder / "authority.pem", folder / "server.pem", folder / "server.key"
        extensions = folder / "extensions"
        extensions.write_text(f"subjectAltName={names}\n")
        request, authority_key = folder / "request.pem", folder / "authority.key"
        made = ["-newkey", "rsa:2048", "-nodes"]
        self.openssl("req", "-x509", *made, "-keyout", authority_key, "-out", self.authority, "-days", "2",
                     "-subj", "/CN=Authority of a test")
        self.openssl("req", *made, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost")
        self.openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", authority_key, "-CAcreateserial",
                     "-days", "2", "-extfile", extensions, "-out", self.chain)

    @staticmethod
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, stdin=subprocess.DEVNULL)


class Mail:
    def __init__(self, sender, receiver, text, encrypted, user):
        self.sender, self.receiver, self.text, self.encrypted, self.user = sender, receiver, text, encrypted, user


class Sink:
    def __init__(self, certificate, port=0):
        self.offers_tls = True
        self.starts_with_tls = False
        self.log_in = None        # (user, password) that must be given
        self.refuses = None       # what it answers to every receiver, for instance "550 no such mailbox"
        self.keeps_silent = False # takes the mail and never says so
        self.delay = 0            # seconds before each answer
        self.mails = []
        self.heard = []           # every line that came in clear, the mail's own included
        self.connections = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate.chain, certificate.key)
        self.loop = asyncio.new_event_loop()
        self.port = port
        started = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(started,), daemon=True)
        self.thread.start()
        started.wait()

    def run(self, started):
        asyncio.set_event_loop(self.loop)
        self.server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", self.port))
        self.port = self.server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()

    def close(self):
        async def end():
            self.server.close()
            for task in asyncio.all_tasks():
                if task is not asyncio.current_task():
                    task.cancel()
            self.loop.call_later(0.05, self.loop.stop)

        asyncio.run_coroutine_threadsafe(end(), self.loop)
        self.thread.join()

    async def serve(self, reader, writer):
        self.connections += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            encrypted = self.starts_with_tls
            if encrypted:
                await writer.start_tls(self.context)
            await self.talk(reader, writer, encrypted)
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()

    async def talk(self, reader, writer, encrypted):
        sender = receiver = user = None

        async def say(*lines):
            await asyncio.sleep(self.delay)
            writer.write("".join(line + "\r\n" for line in lines).encode())
            await writer.drain()

        async def hear():
            line = (await reader.readuntil(b"\r\n"))[:-2].decode()
            if not encrypted:
                self.heard.append(line)
            return line

        await say("220 sink")
        while True:
            line = await hear()
            word = line.upper()
            if word.startswith(("EHLO", "HELO")):
                offers = ["250-sink"]
                if self.offers_tls and not encrypted:
                    offers.append("250-STARTTLS")
                if self.log_in:
                    offers.append("250-AUTH PLAIN")
                await say(*offers, "250 SIZE 1000000")
            elif word == "STARTTLS" and self.offers_tls:
                await say("220 go on")
                await writer.start_tls(self.context)
                encrypted = True
            elif word.startswith("AUTH PLAIN"):
                given = line[len("AUTH PLAIN"):].strip()
                if not given:
                    await say("334 ")
                    given = await hear()
                _, user, password = base64.b64decode(given).decode().split("\0")
                await say("235 welcome" if (user, password) == self.log_in else "535 no")
            elif word.startswith("MAIL FROM:"):
                sender = line.partition("<")[2].partition(">")[0]
                await say("250 yes" if not self.log_in or user else "530 log in first")
            elif word.startswith("RCPT TO:"):
                receiver = line.partition("<")[2].partition(">")[0]
                await say(self.refuses or "250 yes")
            elif word == "DATA":
                await say("354 go on")
                text = []
                while (line := await hear()) != ".":
                    text.append(line[1:] if line.startswith(".") else line)
                self.mails.append(Mail(sender, receiver, "\r\n".join(text), encrypted, user))
                if self.keeps_silent:
                    await asyncio.sleep(3600)
                await say("250 taken")
            elif word == "QUIT":
                await say("221 bye")
                return
            else:
                await say("500 what?")
