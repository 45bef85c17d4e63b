"""What a client makes of its requests on the way through a real nginx, set up as docs/operations/tls.md says."""
import contextlib
import json
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys

from common import PATIENCE, QUICK, connect, head, log_in_from, read_all, status_of
from harness import ROOT, Server, wait_until
from transport import AMBIGUOUS

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "mail"))
from sink import Certificate  # noqa: E402

# The surroundings of the server block that the page shows. Connections to the program are kept and shared by all
# clients, as those who look for speed set it up: what one leaves behind on one would meet the next.
AROUND = """daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream rapport {{ server {address}; keepalive 1; }}
  {block}
}}
"""


def find_nginx():
    """The one of this computer, or Debian's package unpacked beside what is built: installed, it would be started."""
    here, folder = shutil.which("nginx", path="/usr/sbin:/usr/bin"), ROOT / "build/nginx"
    if here or (folder / "usr/sbin/nginx").exists() or not shutil.which("apt-get"):
        return here or folder / "usr/sbin/nginx"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(subprocess.CalledProcessError, StopIteration):
        subprocess.run(["apt-get", "-q", "download", "nginx"], cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        subprocess.run(["dpkg-deb", "-x", next(folder.glob("nginx_*.deb")), folder], check=True, capture_output=True)
    return folder / "usr/sbin/nginx"


class Nginx:
    def __init__(self, program, folder, address):
        folder.mkdir()
        certificate = Certificate(folder / "certificate")
        self.trust = ssl.create_default_context(cafile=certificate.authority)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = free.getsockname()
        block = re.search(r"```nginx\n(.*?)```", (ROOT / "docs/operations/tls.md").read_text(), re.S).group(1)
        for written, here in (("listen 443 ssl", "listen 127.0.0.1:%d ssl" % self.address[1]),
                              ("http://127.0.0.1:8080", "http://rapport"), ("/etc/ssl/practice.pem", str(certificate.chain)),
                              ("/etc/ssl/practice.key", str(certificate.key))):
            assert block.count(written) == 1, written
            block = block.replace(written, here)
        config, user = folder / "nginx.conf", pathlib.Path(folder).owner()
        config.write_text(AROUND.format(folder=folder, user=user, address="%s:%d" % address, block=block))
        self.process = subprocess.Popen([program, "-p", folder, "-c", config], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.is_up() or self.process.poll() is not None, "nginx listens")

    def is_up(self):
        with contextlib.suppress(OSError):
            connect(self.address).close()
            return True
        return False

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def open(self, source=None):
        return self.trust.wrap_socket(connect(self.address, source=source), server_hostname="localhost")

    def raw(self, data, seconds=0.3, source=None):
        with self.open(source) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
            return read_all(connection, seconds)

    def ask(self, method, path, body=None, headers=(), source=None):
        lines = list(headers) + ["Connection: close"]
        content = json.dumps(body).encode() if body is not None else b""
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        host = "localhost:%d" % self.address[1]
        data, _ = self.raw(head(method, path, *lines, host=host) + content, PATIENCE, source)
        return status_of(data), data


def behind_nginx(house, report):
    program = find_nginx()
    if not pathlib.Path(program).exists():
        report.skip("behind a real nginx", "it is not installed and its package cannot be had")
        return
    house.server.stop()
    server = Server(house.server.binary, house.server.folder, options=["--trusted-proxy", "127.0.0.1"])
    server.starts = 600
    house.address = server.start().address
    nginx = None
    try:
        nginx = Nginx(program, house.server.folder / "nginx", server.address)
        for check in (smuggled, spoofed, other_names):
            check(house, report, nginx)
    finally:
        if nginx:
            nginx.stop()
        server.stop()
        house.server.start()
        house.address = house.server.address


def smuggled(house, report, nginx):
    """The beginning of a request is hidden behind an ambiguous one: it must not be what the next client's is added to."""
    hidden = b"GET /api/problems/not_found HTTP/1.1\r\nHost: localhost\r\nX-Rest: "
    cookie = [f"Cookie: {house.victim.cookie}"]

    def is_oneself():
        status, data = nginx.ask("GET", "/api/session", headers=cookie)
        return status == 200 and house.victim.id.encode() in data

    wrong, met = [] if is_oneself() else ["before all"], 0
    for name, first in AMBIGUOUS:
        data, _ = nginx.raw(first.encode("latin-1") + hidden)
        met += data.count(b"HTTP/1.1 ") > 0
        if b"/api/problems/" in data and b'"code"' not in data or not all(is_oneself() for _ in range(3)):
            wrong.append(name)
    report.check("smuggling through nginx: whoever comes next is answered for themselves", not wrong and met > 20,
                 ", ".join(wrong) or f"{len(AMBIGUOUS)} ways, {met} answered")


def spoofed(house, report, nginx):
    """Who asks is what nginx saw, whatever the client says of itself."""
    guess = {"login": house.other_client.login, "password": "wrong"}
    statuses = []
    for number in range(14):
        said = ("X-Forwarded-For: 10.0.0.%d" % number, "X-Forwarded-For: 127.0.0.1, 10.1.0.%d, 127.0.0.1" % number,
                "Forwarded: for=10.2.0.%d" % number, "X-Real-IP: 10.3.0.%d" % number)[number % 4]
        statuses.append(nginx.ask("POST", "/api/login", guess, [said], ("127.0.0.30", 0))[0])
    report.check("an address that the client made up: 10 wrong log-ins, then 429", statuses[:10] == [401] * 10 and
                 set(statuses[10:]) == {429}, str(statuses))
    right = {"login": house.other_client.login, "password": house.other_client.password}
    status, data = nginx.ask("POST", "/api/login", right, ["X-Forwarded-For: 127.0.0.30"], ("127.0.0.31", 0))
    report.check("another client of the same proxy is not the one that guessed, even if it says so", status == 200, str(status))
    cookies = re.findall(rb"Set-Cookie: (.*)\r\n", data)
    report.check("each cookie is for TLS alone", cookies and all(b"Secure" in c for c in cookies), str(cookies))
    _, data = nginx.ask("GET", "/api/practice", headers=["X-Forwarded-Proto: http"])
    report.check("a client cannot talk TLS away", b"Strict-Transport-Security:" in data)
    for number in range(11):
        status, _ = log_in_from(house, "127.0.0.40", house.victim.login, "wrong", [f"X-Forwarded-For: 10.4.0.{number}"])
    report.check("past the proxy: what somebody says of their address is not believed", status == 429, str(status))
    with connect(house.address, source=("127.0.0.41", 0)) as connection:
        connection.sendall(head("GET", "/api/practice", "X-Forwarded-Proto: https", "Connection: close"))
        data, _ = read_all(connection)
    report.check("past the proxy: nor that they speak TLS", status_of(data) == 200 and b"Strict-Transport" not in data)


def other_names(house, report, nginx):
    host = "localhost:%d" % nginx.address[1]
    auth = [f"Cookie: {house.victim.cookie}", f"X-CSRF-Token: {house.victim.csrf}"]
    target = f"/api/rooms/{house.room}/typing"
    for words, headers, expected in (
            ("its own name", [f"Origin: https://{host}"], 204), ("another site", ["Origin: https://evil.example"], 403),
            ("another site that names itself as the host", ["Origin: https://evil.example", "X-Forwarded-Host: evil.example"], 403),
            ("another site in a header beside", ["Origin: https://evil.example", "Forwarded: host=evil.example"], 403)):
        status, _ = nginx.ask("POST", target, {"typing": True}, auth + headers)
        report.check(f"a change through nginx from {words}: {expected}", status == expected, str(status))
    data, _ = nginx.raw(head("GET", "/api/practice", "Host: evil.example", "Connection: close", host=host), QUICK)
    report.check("two hosts through nginx: refused", status_of(data) == 400, str(status_of(data)))
