"""Clients that go on working while the server dies and comes back."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.faults.calls import NO_ANSWER, Answer, Deed, Line

Chain = list[Deed]  # deeds that need each other, in order


@dataclass
class Account:
    """What the clients were told, kept outside the server."""

    acknowledged: list[tuple[Deed, Answer]] = field(default_factory=list)
    unknown: dict[str, Deed] = field(default_factory=dict)  # sent, no answer yet: by key
    refused: list[tuple[Deed, Answer]] = field(default_factory=list)
    broken_lines: int = 0

    @property
    def signs(self) -> Counter[tuple[object, ...]]:
        """What every acknowledged deed must have left in the books."""
        return Counter(sign for deed, answer in self.acknowledged for sign in signs_of(deed, answer))


def signs_of(deed: Deed, answer: Answer) -> Iterable[tuple[object, ...]]:
    """The rows by which a deed is found again: by content for a sheet, by what the answer named for the others."""
    kind = deed.what[0]
    if kind == "sheet":
        return [deed.what]
    if kind == "issue":
        return [("certificate", row["number"], row["training_class_id"]) for row in answer.result]
    return [(kind, answer.result["id"])]


class Clients:
    """So many threads, each with a connection and its share of the chains.

    A deed whose answer does not come is sent again under the same key once the server is back.
    """

    def __init__(self, port: int, chains: Iterable[Chain], number: int) -> None:
        self.port = port
        self.account = Account()
        self._lock = threading.Condition()
        self._open = False  # whether there is a server to talk to
        self._stopped = False
        self._busy = number
        shares: list[list[Chain]] = [[] for _ in range(number)]
        for i, chain in enumerate(chains):
            shares[i % number].append(chain)
        self._threads = [threading.Thread(target=self._work, args=(_flat(share),)) for share in shares]
        for thread in self._threads:
            thread.start()

    def let(self, go_on: bool) -> None:
        """Open or close the gate: nobody knocks while there is no server."""
        with self._lock:
            self._open = go_on
            self._lock.notify_all()

    def wait_for(self, more: int) -> None:
        """Until so many more deeds are acknowledged, or nothing is left to do."""
        with self._lock:
            wanted = len(self.account.acknowledged) + more
            self._lock.wait_for(lambda: len(self.account.acknowledged) >= wanted or self._busy == 0)

    @property
    def is_done(self) -> bool:
        """Whether every deed is acknowledged."""
        return self._busy == 0

    def finish(self) -> Account:
        """Let them end their work; the account."""
        self.let(True)
        for thread in self._threads:
            thread.join()
        return self.account

    def stop(self) -> None:
        """Let them drop what they have not begun."""
        with self._lock:
            self._stopped, self._open = True, True
            self._lock.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self, deeds: Iterator[Deed]) -> None:
        line: Line | None = None
        try:
            for deed in deeds:
                while not self._stopped:
                    line = self._try(deed, line)
                    if line is not None:
                        break
        finally:
            if line is not None:
                line.close()
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()

    def _try(self, deed: Deed, line: Line | None) -> Line | None:
        """The line when an answer came, None when the line broke."""
        with self._lock:
            self._lock.wait_for(lambda: self._open)
            if self._stopped:
                return line
        try:
            line = line or Line(self.port)
            with self._lock:
                self.account.unknown[deed.key] = deed
            answer = line.ask(deed)
        except NO_ANSWER:
            if line is not None:
                line.close()
            with self._lock:
                self.account.broken_lines += 1
            return None
        with self._lock:
            del self.account.unknown[deed.key]
            told = self.account.acknowledged if answer.status == 200 else self.account.refused
            told.append((deed, answer))
            self._lock.notify_all()
        return line


def _flat(chains: list[Chain]) -> Iterator[Deed]:
    for chain in chains:
        yield from chain
