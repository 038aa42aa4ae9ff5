"""The transparency log of certificates: what was said of a certificate, in an order that nobody can change later.

Every entry of the ledger that begins or ends the use of a sheet is a leaf: issue, reprint, replacement, correction,
void, revocation. A leaf hashes the canonical data of the certificate (not its PDF), with its check code, so that the
hashes alone tell nobody anything. Acts only write the ledger; `seal` appends what is new and signs the head (C2SP
tlog-checkpoint, Ed25519, a key of its own). A document carries the proof of its own leaf (C2SP tlog-proof) inside
its signature: whoever has kept a later head can see that nothing was put in between.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from gongxue.certificates.models import Certificate, LedgerEntry, LogCheckpoint, LogLeaf
from gongxue.foundation.keys import key
from gongxue.foundation.trail.checkpoints import (
    BadNote,
    Head,
    Signer,
    open_note,
    parse_head,
    signed_head,
    verifier_key,
)
from gongxue.foundation.trail.merkle import Frontier, leaf_hash, node_hash, verify_inclusion

Kind = LedgerEntry.Kind
LOGGED = (Kind.ISSUED, Kind.REPRINTED, Kind.REPLACED, Kind.CORRECTED, Kind.VOIDED, Kind.REVOKED)
USING = (Kind.ISSUED, Kind.REPRINTED, Kind.REPLACED)  # entries that put a certificate on a sheet
FORMAT = 1
BATCH = 2000  # leaves in one transaction
PROOF = "c2sp.org/tlog-proof@v1"
_REASON = "the log covers the whole ledger"
_LOCK = 0x6763  # the advisory lock of sealing on PostgreSQL
_LONGEST_ACT = timedelta(hours=1)  # no act is under way so long: what is older has all been committed


@cache
def _key() -> Ed25519PrivateKey:
    """A key of its own, derived: a head of this tree can never pass for one of the trail."""
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=b"gongxue certificate log 1").derive(key("trail.key"))
    return Ed25519PrivateKey.from_private_bytes(seed)


def signer() -> Signer:
    """Who signs the heads: the platform's host and `/certificates`."""
    return Signer(f"{settings.HOST}/certificates", _key())


def log_key() -> str:
    """The public key of the log in the C2SP form, for those who verify elsewhere."""
    return verifier_key(signer())


def canonical(entry: LedgerEntry) -> bytes:
    """The data of a leaf: JSON with sorted keys, no blanks, UTF-8, days as ISO, the moment in UTC.

    `id` is the keyed index of the ID number, never the number; it does not change when personal values are erased.
    """
    row: Certificate | None = entry.certificate
    if row is None:
        raise ValueError("an entry about blank sheets is no leaf")
    said = {
        "v": FORMAT, "kind": entry.kind, "at": entry.entered_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "number": row.number, "serial": entry.first_serial, "former": entry.former_serial,
        "corrects": row.corrects.number if row.corrects else "", "holder": row.holder,
        "id": bytes(row.id_number_index).hex(), "level": row.level, "category": row.category,
        "first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat(), "courses": row.courses,
        "periods": row.periods, "result": row.result, "issued_on": row.issued_on.isoformat(),
        "issuer": f"{row.institution.province_code}{row.institution.code}", "token": row.token,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# Sealing ------------------------------------------------------------------------------------------------------------


def seal(now: datetime) -> int:
    """Append every entry that has no leaf and sign the new head; returns how many. Run twice at once, it seals once.

    A batch is one transaction: after a crash the next run goes on where the last committed head ends.
    """
    sealed = 0
    while number := _seal_batch(now):
        sealed += number
    return sealed


def _unsealed(last: LogCheckpoint | None) -> list[LedgerEntry]:
    rows = LedgerEntry.objects.unscoped(_REASON).filter(
        pk__gt=last.horizon if last else 0, kind__in=LOGGED, certificate__isnull=False, leaf=None
    )
    rows = rows.select_related("certificate__institution", "certificate__corrects")
    return list(rows.order_by("pk")[:BATCH])


def _seal_batch(now: datetime) -> int:
    if not _unsealed(latest())[:1]:  # a look without a write transaction
        return 0
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        last = latest()
        entries = _unsealed(last)
        if not entries:
            return 0
        frontier = Frontier.from_bytes(last.size, bytes(last.frontier)) if last else Frontier()
        LogLeaf.objects.bulk_create(_leaves(entries, frontier), batch_size=500)
        root = frontier.root()
        LogCheckpoint.objects.create(
            size=frontier.size, root=root, frontier=frontier.to_bytes(), at=now,
            note=signed_head(frontier.size, root, signer()), horizon=_horizon(last, entries, now),
        )  # fmt: skip
        return len(entries)


def _leaves(entries: Sequence[LedgerEntry], frontier: Frontier) -> Iterator[LogLeaf]:
    for entry in entries:
        data = canonical(entry)
        index, digest = frontier.size, leaf_hash(data)
        frontier.append(digest)
        yield LogLeaf(index=index, entry=entry, digest=digest, data=data)


def _horizon(last: LogCheckpoint | None, entries: Sequence[LedgerEntry], now: datetime) -> int:
    """The highest entry below which nothing can appear any more; the next look begins behind it."""
    old = LedgerEntry.objects.unscoped(_REASON).filter(entered_at__lt=now - _LONGEST_ACT)
    settled = old.aggregate(highest=Max("pk"))["highest"] or 0
    return max(last.horizon if last else 0, min(settled, entries[-1].pk))


def latest() -> LogCheckpoint | None:
    """The newest head."""
    found: LogCheckpoint | None = LogCheckpoint.objects.unscoped(_REASON).order_by("-size").first()
    return found


# Proofs -------------------------------------------------------------------------------------------------------------


class Tree:
    """The hashes of a whole tree by level: proofs for many leaves cost the tree only once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.size = len(leaves)
        self._levels = [list(leaves)]
        while len(below := self._levels[-1]) > 1:
            pairs = range(0, len(below) - 1, 2)
            above = [node_hash(below[i], below[i + 1]) for i in pairs]
            self._levels.append(above + below[len(above) * 2 :])  # one left over goes up as it is

    def root(self) -> bytes:
        """The root; ValueError for a tree without leaves."""
        if not self.size:
            raise ValueError("the tree has no leaves")
        return self._levels[-1][0]

    def inclusion(self, index: int) -> list[bytes]:
        """What proves that leaf `index` is in the tree, from the leaves upwards (RFC 6962, 2.1.1)."""
        proof, place = [], index
        for level in self._levels[:-1]:
            beside = place ^ 1
            if beside < len(level):
                proof.append(level[beside])
            place //= 2
        return proof


def tree_of(size: int) -> Tree:
    """The tree of the first `size` leaves."""
    rows = LogLeaf.objects.unscoped(_REASON).filter(index__lt=size).order_by("index")
    return Tree([bytes(digest) for digest in rows.values_list("digest", flat=True).iterator(chunk_size=5000)])


def proof_text(leaf: LogLeaf, head: LogCheckpoint, tree: Tree) -> str:
    """A C2SP tlog-proof whose extra data are the leaf's own: hash them, and the proof leads to the signed head."""
    encoded = [base64.b64encode(node).decode() for node in tree.inclusion(leaf.index)]
    lines = [PROOF, f"extra {base64.b64encode(bytes(leaf.data)).decode()}", f"index {leaf.index}", *encoded]
    return "\n".join(lines) + "\n\n" + head.note


def opened_proof(proof: str) -> dict[str, Any]:
    """The data of the leaf that a proof of this log leads to; ValueError when it proves nothing."""
    lines, _, note = proof.partition("\n\n")
    head, extra, index, *nodes = lines.split("\n")
    if head != PROOF or not extra.startswith("extra ") or not index.startswith("index "):
        raise ValueError("no proof of this log")
    try:
        found = parse_head(open_note(note, signer()))
    except BadNote as bad:
        raise ValueError(str(bad)) from bad
    data = base64.b64decode(extra.removeprefix("extra "), validate=True)
    path = [base64.b64decode(node, validate=True) for node in nodes]
    place = int(index.removeprefix("index "))
    if not verify_inclusion(leaf_hash(data), place, found.size, path, found.root):
        raise ValueError("the proof does not lead to the head")
    said: dict[str, Any] = json.loads(data)
    return said


class Prover:
    """Proofs against the newest head; the tree is read at the first proof that is asked for."""

    def __init__(self) -> None:
        self._head = latest()
        self._tree: Tree | None = None

    def proof(self, certificate: Certificate, serial: str) -> str:
        """The proof that a certificate was put on a sheet; LookupError when that is not sealed yet."""
        rows = LogLeaf.objects.unscoped("the leaf of one certificate").filter(
            entry__certificate=certificate, entry__first_serial=serial, entry__kind__in=USING
        )
        leaf = rows.first()
        if leaf is None or self._head is None or leaf.index >= self._head.size:
            raise LookupError(f"{certificate.number} on {serial} is not sealed")
        if self._tree is None:
            self._tree = tree_of(self._head.size)
        return proof_text(leaf, self._head, self._tree)


# For those who keep heads -------------------------------------------------------------------------------------------


def compare(note: str) -> tuple[bool, int]:
    """Whether a head that somebody kept is a beginning of the present tree, and its size.

    BadNote when it is no head of this log.
    """
    by = signer()
    kept: Head = parse_head(open_note(note, by))
    now = latest()
    if now is None or kept.size > now.size:
        return False, kept.size
    rows = LogLeaf.objects.unscoped(_REASON).filter(index__lt=kept.size).order_by("index")
    frontier = Frontier()
    for digest in rows.values_list("digest", flat=True).iterator(chunk_size=5000):
        frontier.append(bytes(digest))
    return frontier.size == kept.size and frontier.root() == kept.root, kept.size


def leaf_lines(size: int) -> str:
    """The leaf hashes of the first `size` leaves in base64, a line each, in order."""
    rows = LogLeaf.objects.unscoped(_REASON).filter(index__lt=size).order_by("index")
    found = rows.values_list("digest", flat=True).iterator(chunk_size=5000)
    return "".join(f"{base64.b64encode(bytes(digest)).decode()}\n" for digest in found)


def log_differences() -> Iterator[str]:
    """Every leaf hashes its data, every head is the root of its leaves, every entry that is old enough is a leaf."""
    frontier, heads = Frontier(), iter(LogCheckpoint.objects.unscoped(_REASON).order_by("size"))
    head = next(heads, None)
    rows = LogLeaf.objects.unscoped(_REASON).order_by("index").values_list("index", "digest", "data")
    for index, digest, data in rows.iterator(chunk_size=2000):
        if index != frontier.size or leaf_hash(bytes(data)) != bytes(digest):
            yield f"证书存证日志第 {index} 叶：内容与摘要不符。"
        frontier.append(bytes(digest))
        while head and head.size == frontier.size:
            if bytes(head.root) != frontier.root():
                yield f"证书存证日志校验点 {head.size}：与叶不符。"
            head = next(heads, None)
    if head:
        yield f"证书存证日志校验点 {head.size}：缺少叶。"
    last = latest()
    entries = LedgerEntry.objects.unscoped(_REASON).filter(
        kind__in=LOGGED, certificate__isnull=False, leaf=None
    )
    for entry in entries.filter(pk__lte=last.horizon if last else 0)[:20]:
        yield f"台账第 {entry.pk} 笔没有存证。"
