"""A mail server on this machine that keeps what it is given, in clear, over STARTTLS or TLS, and refuses on demand."""

from __future__ import annotations

import base64
import ipaddress
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Received:
    """One accepted letter: its envelope, its bytes, whether it came encrypted, as whom."""

    sender: str
    to: list[str]
    data: bytes
    encrypted: bool
    user: str

    @property
    def letter(self) -> EmailMessage:
        """The letter as a mail program reads it."""
        read = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class MailServer:
    """`received` in order; `answers["RCPT a@b.cn"] = "550 5.1.1 …"` or `answers["DATA"] = …` refuses; `hang_up_after`
    takes a letter and dies before it says so."""

    port: int = 0
    tls: str = "none"  # what it offers: none, starttls, tls
    users: dict[str, str] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)  # every command, without AUTH's words
    conversations: int = 0
    hang_up_after: bool = False
    context: ssl.SSLContext | None = None

    def letters_to(self, address: str) -> list[EmailMessage]:
        """What came for one mailbox."""
        return [row.letter for row in self.received if row.to == [address]]


class Conversation(socketserver.StreamRequestHandler):
    """One client."""

    server: Any

    def handle(self) -> None:
        self.here: MailServer = self.server.here
        self.here.conversations += 1
        self.encrypted, self.user, self.sender = self.here.tls == "tls", "", ""
        self.to: list[str] = []
        self.say(self.here.answers.get("CONNECT", "220 sink"))
        while line := self.rfile.readline(4096):
            words = line.decode().strip()
            verb = words.split(" ")[0].upper()
            self.here.said.append(words if verb != "AUTH" else "AUTH")
            if verb == "QUIT":
                self.say("221 bye")
                return
            if not self.obey(verb, words):
                return

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.connection.close()  # the encrypted one is another than the server's

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def obey(self, verb: str, words: str) -> bool:
        found = re.search(r"<([^>]*)>", words)
        address = found[1] if found else ""
        refusal = self.here.answers.get(f"{verb} {address}".strip()) or self.here.answers.get(verb)
        if verb == "DATA":
            return self.take(refusal)
        if verb == "STARTTLS" and not refusal:
            self.encrypt()
            return True
        if refusal is None:
            refusal = self.agree(verb, words, address)
        self.say(refusal)
        return True

    def agree(self, verb: str, words: str, address: str) -> str:
        if verb == "EHLO":
            offers = ["sink"] + (["STARTTLS"] if self.here.tls == "starttls" and not self.encrypted else [])
            offers += ["AUTH PLAIN"] if self.here.users else []
            return "\r\n".join([*(f"250-{offer}" for offer in offers), "250 8BITMIME"])
        if verb == "AUTH":
            _, user, password = base64.b64decode(words.split(" ")[2]).decode().split("\0")
            if self.here.users.get(user) != password:
                return "535 5.7.8 no"
            self.user = user
            return "235 ok"
        if verb == "MAIL":
            if self.here.users and not self.user:
                return "530 5.7.0 sign in first"
            self.sender, self.to = address, []
        if verb == "RCPT":
            self.to.append(address)
        return "250 ok"

    def encrypt(self) -> None:
        assert self.here.context is not None
        self.say("220 go")
        self.rfile.close()
        self.wfile.close()
        self.connection = self.here.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
        self.encrypted = True

    def take(self, refusal: str | None) -> bool:
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if refusal:
            self.say(refusal)
            return True
        self.here.received.append(Received(self.sender, self.to, b"".join(lines), self.encrypted, self.user))
        if self.here.hang_up_after:
            return False
        self.say("250 taken")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    here: MailServer

    def get_request(self) -> Any:
        sock, where = super().get_request()
        if self.here.tls == "tls":
            assert self.here.context is not None
            sock = self.here.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, where

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us hangs up in the middle of a handshake."""


@contextmanager
def mail_server(
    tls: str = "none", certificate: tuple[Path, Path] | None = None, **more: Any
) -> Iterator[MailServer]:
    """A server on a free port of 127.0.0.1; `certificate` is (certificate, key) in PEM."""
    here = MailServer(tls=tls, **more)
    if certificate:
        here.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        here.context.load_cert_chain(*certificate)
    with _Server(("127.0.0.1", 0), Conversation) as server:
        server.here, here.port = here, server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()


def make_certificate(folder: Path, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """A certificate that vouches for itself, for one address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / f"{host}.crt", folder / f"{host}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return paths
