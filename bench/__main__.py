"""One piece of work in a process of its own: make books, or measure a row and print it. Started by bench.run."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from bench.books import BOOKS, make
from bench.rows import ROWS


def main(name: str, scale: float) -> None:
    """Work in the folder that the environment names."""
    from gongxue.commands.setup import setup_django

    if name in BOOKS:
        make(name, scale)
        return
    module, _, function = ROWS[name].function.rpartition(".")
    setup_django()
    row = getattr(import_module(module), function)(scale)
    print(json.dumps(row.as_data(name), ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
