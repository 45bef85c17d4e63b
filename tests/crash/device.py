"""A device that makes a passkey and answers with it, from what the prose of the API and W3C Web Authentication say. The key is
OpenSSL's."""
import base64
import hashlib
import json
import pathlib
import re
import secrets
import subprocess

COOKIE = "rapport_passkey"


def base64url(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def question_of(answer):
    """The cookie that goes with a question, to be sent with the answer."""
    return re.search(rf"{COOKIE}=[^;]+", answer.headers["set-cookie"]).group()


class Device:
    RECOGNISED = 5  # present and verified

    def __init__(self, folder, origin, site):
        self.key = pathlib.Path(folder) / f"passkey-{secrets.token_hex(4)}.pem"
        self.run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(self.key))
        self.origin, self.site, self.signed = origin, site, 0
        self.id, self.handle = secrets.token_bytes(16), ""

    @staticmethod
    def run(*words, stdin=None):
        return subprocess.run(["openssl", *words], input=stdin, capture_output=True, check=True).stdout

    def client_data(self, kind, challenge, origin):
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": origin or self.origin}).encode()

    def beginning(self, flags):
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.signed.to_bytes(4, "big")

    def make(self, wanted):
        """What is sent for what was asked (PasskeyCreation)."""
        self.handle = wanted["user_handle"]
        point = self.run("ec", "-in", str(self.key), "-pubout", "-outform", "DER")[-64:]
        key = bytes.fromhex("a5010203262001215820") + point[:32] + bytes.fromhex("225820") + point[32:]
        data = self.beginning(self.RECOGNISED | 0x40) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        return {"name": "A device", "client_data": base64url(self.client_data("create", wanted["challenge"], None)),
                "authenticator_data": base64url(data)}

    def answer(self, challenge, origin=None, flags=RECOGNISED):
        """What is sent for a challenge (PasskeyAnswer)."""
        self.signed += 1
        client, data = self.client_data("get", challenge, origin), self.beginning(flags)
        signature = self.run("dgst", "-sha256", "-sign", str(self.key), stdin=data + hashlib.sha256(client).digest())
        return {"id": base64url(self.id), "client_data": base64url(client), "authenticator_data": base64url(data),
                "signature": base64url(signature), "user_handle": self.handle}
