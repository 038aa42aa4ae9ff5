"""Set-up: everything between a clean clone and a running Gongxue, each step only when its inputs have changed.

    python3 tools/setup.py run      what `make run` needs
    python3 tools/setup.py check    that, and the development tools for `make check`
    python3 tools/setup.py test     that, and what the tests want from the operating system

It runs before anything is installed: the standard library alone. Every step leaves a stamp (a hash of its inputs)
inside what it produced; a step whose stamp still fits costs a file comparison, and a deleted folder is simply
made again.
"""

from __future__ import annotations  # an old python3 must get as far as the message about its age

import ctypes
import fcntl
import hashlib
import importlib.util
import io
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Command = Sequence[str | Path]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"  # there while packages are being installed: a broken folder is made anew
ASSETS = ROOT / "assets"
ASSET_LIST = ROOT / "tools" / "assets.json"
NODE_MODULES = ROOT / "node_modules"
PYTHON_AT_LEAST = (3, 11)
NODE_AT_LEAST = 20
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
CHINESE_FONT = re.compile(
    r"wqy|cjk|(sans|serif)(sc|cn|hans)|droidsansfallback|wenkai|simhei|simsun|msyh", re.I
)
WOFF_TO_TTF = (
    "import sys; from fontTools.ttLib import TTFont; font = TTFont(sys.argv[1], recalcTimestamp=False); "
    "font.flavor = None; font.save(sys.argv[2])"
)


class SetupError(Exception):
    """Set-up cannot go on; the message tells the person at the terminal what to do."""


# ---------------------------------------------------------------- what is said


class Step:
    """One line about a step that is under way: rewritten in place on a terminal, every few seconds in a log."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.detail = ""
        self.live = sys.stdout.isatty()
        self.began = self.said = time.monotonic()
        self.say(f"· {title} …", over=False)

    def say(self, text: str, *, over: bool) -> None:
        """Print over what the step said before; `over` ends the line on a terminal."""
        ending = "\n" if over or not self.live else ""
        print(f"\r\x1b[K{text}" if self.live else text, end=ending, flush=True)

    def show(self) -> None:
        """Say how far the step is, if it is time to."""
        now = time.monotonic()
        if now - self.said >= (0.2 if self.live else 5):
            self.said = now
            self.say(f"· {self.title} … {self.detail[:50]} ({now - self.began:.0f} s)", over=False)

    def done(self, result: str) -> None:
        """Say how it ended."""
        self.say(f"✓ {self.title}: {result} ({time.monotonic() - self.began:.1f} s)", over=True)


def watch(step: Step, command: Command, detail: Callable[[str], str | None]) -> None:
    """Run a command under `step`; `detail` turns a line of its output into a progress note, or None.

    Raises SetupError with the end of the output when the command fails.
    """
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    lines: list[str] = []
    rest = b""
    while True:
        readable, _, _ = select.select([process.stdout], [], [], 0.5)
        if readable:
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                break
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                lines.append(line.decode(errors="replace").rstrip())
                step.detail = detail(lines[-1]) or step.detail
        elif process.poll() is not None:
            break  # the command has ended, only a service that it started still holds the pipe
        step.show()
    if process.wait():
        end = "\n".join([*lines[-30:], rest.decode(errors="replace")]).strip()
        raise SetupError(f"{end}\n\n{step.title}: failed 失败: {' '.join(map(str, command[:6]))} …")


class Counter:
    """A progress note: how many lines of a kind have come by, and the name in the last one."""

    def __init__(self, pattern: str, total: int | None = None) -> None:
        self.pattern = re.compile(pattern)
        self.total = total
        self.count = 0

    def __call__(self, line: str) -> str | None:
        found = self.pattern.search(line)
        if found is None:
            return None
        self.count += 1
        return f"{self.count}{f'/{self.total}' if self.total else ''} {found.group(1)}"


# ---------------------------------------------------------------- stamps


def digest(*paths: Path) -> str:
    """The hash of these files' contents."""
    sha = hashlib.sha256()
    for path in paths:
        sha.update(path.read_bytes())
    return sha.hexdigest()


def stamped(stamp: Path, key: str) -> bool:
    """Whether the step that writes this stamp has run on these inputs."""
    return stamp.is_file() and stamp.read_text() == key


# ---------------------------------------------------------------- what the operating system provides


def needs(goal: str) -> list[tuple[str, list[str], bool]]:
    """What the goal wants from the system: a name, Debian's packages, whether it is there (by file, not by dpkg)."""
    pip = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"  # Debian splits ensurepip off
    found = [
        ("venv and ensurepip of Python", [pip], venv_fits() or bool(importlib.util.find_spec("ensurepip")))
    ]
    if goal == "test":
        sys.path.insert(0, str(ROOT))
        from tests.postgresql import OLDEST, binaries  # one answer for set-up and tests

        poppler = bool(shutil.which("pdfsig") and shutil.which("pdftoppm"))
        found += [
            (f"PostgreSQL server binaries, {OLDEST} or newer", ["postgresql"], binaries() is not None),
            ("Chromium, for the browser tests", ["chromium"], shutil.which("chromium") is not None),
            ("libatomic, for Playwright's driver", ["libatomic1"], loadable("libatomic.so.1")),
            ("pdfsig and pdftoppm, for the tests of documents", ["poppler-utils"], poppler),
            ("a Chinese font, for the pages in Chromium", ["fonts-wqy-microhei"], chinese_font()),
        ]
    return found


def loadable(library: str) -> bool:
    """Whether the dynamic linker finds this library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def chinese_font() -> bool:
    """Whether a font with Chinese characters is installed, judged by the names of the font files."""
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(
        CHINESE_FONT.search(name) for folder in folders for _, _, names in os.walk(folder) for name in names
    )


def provide(goal: str) -> None:
    """Install what the system lacks as root or through passwordless sudo, else stop with the line to type."""
    missing = [(name, packages) for name, packages, present in needs(goal) if not present]
    if not missing:
        return
    packages = [package for _, some in missing for package in some]
    line = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    names = "".join(f"\n  - {name}" for name, _ in missing)
    if not shutil.which("apt-get"):
        raise SetupError(
            f"Missing from this system 本机缺少:{names}\n(on Debian 在 Debian 上: {' '.join(line)})"
        )
    rights = administrator()
    if rights is None:
        raise SetupError(
            f"Missing from this system 本机缺少:{names}\n\n"
            f"Run this as root, then start again 请以 root 身份运行下面一行, 然后重新开始:\n\n    {' '.join(line)}\n"
        )
    step = Step("Debian packages")
    quiet = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    try:
        watch(step, [*quiet, "apt-get", "update"], lambda _: "apt-get update")
    except SetupError as problem:  # one dead source need not matter: the installation decides
        print(f"\n{problem}", file=sys.stderr)
    watch(step, [*quiet, *line], Counter(r"^(?:Get:\d+ \S+ \S+ \S+|Unpacking|Setting up) (\S+)"))
    step.done("installed " + " ".join(packages))
    left = [name for name, _, present in needs(goal) if not present]
    if left:
        raise SetupError(f"Installed, but still not found 已安装但仍找不到: {', '.join(left)}")


def administrator() -> list[str] | None:
    """The words to put before a command that needs root, None when this user cannot have it unasked."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], check=False, capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def require_node() -> None:
    """Stop unless Node.js and npm are there and young enough."""
    wanted = (
        f"Gongxue needs Node.js {NODE_AT_LEAST} or newer with npm, to fetch its browser script and fonts.\n"
        f"需要 Node.js {NODE_AT_LEAST} 或更新版本(含 npm), 用于下载浏览器脚本和字体。"
    )
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        raise SetupError(f"{wanted}\nNot found 未找到: {'npm' if node else 'node'}")
    version = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout.strip()
    major = re.match(r"v(\d+)\.", version)
    if not major or int(major.group(1)) < NODE_AT_LEAST:
        raise SetupError(f"{wanted}\nFound 现有版本: {version or 'unknown'} ({node})")


# ---------------------------------------------------------------- .venv


def venv_key() -> str:
    """What the virtual environment was made from: scripts in it name this folder, packages this Python."""
    return f"python {sys.version_info[0]}.{sys.version_info[1]} in {ROOT}"


def venv_fits() -> bool:
    """Whether .venv is complete and was made by this Python in this folder."""
    return stamped(VENV / ".stamp", venv_key()) and VENV_PYTHON.exists() and not UNFINISHED.exists()


def make_venv() -> None:
    """Create .venv, again from nothing where it is broken, moved or of another Python."""
    if venv_fits():
        return
    step = Step("Virtual environment")
    outside = getattr(sys, "_base_executable", None) or sys.executable  # not a Python inside what is cleared
    watch(step, [outside, "-m", "venv", "--clear", VENV], lambda _: None)
    (VENV / ".stamp").write_text(venv_key())
    step.done(f".venv with Python {sys.version.split()[0]}")


def install_packages(goal: str) -> None:
    """Install the hashed requirements; the development set contains the other one."""
    names = ["run"] if goal == "run" else ["dev", "run"]
    files = {name: ROOT / "requirements" / f"{name}.txt" for name in ("run", "dev")}
    if stamped(VENV / f".stamp-{names[0]}", digest(files[names[0]])):
        return
    wanted = files[names[0]]
    total = len(re.findall(r"^[\w.-]+(?:\[\w+\])?==", wanted.read_text(), re.M))
    step = Step("Python packages")
    UNFINISHED.touch()
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:"]
    command += ["--no-deps", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["-r", str(wanted)]
    fetched = Counter(r"^(?:Collecting|Ignoring|Requirement already satisfied:) ([\w.-]+)", total)
    watch(step, command, lambda line: "installing" if line.startswith("Installing") else fetched(line))
    for name in names:
        (VENV / f".stamp-{name}").write_text(digest(files[name]))
    UNFINISHED.unlink()
    step.done(f"{total} of requirements/{wanted.name}")


def link_project() -> None:
    """Make `gongxue` importable from this folder and write its command, as an editable installation would.

    By hand because it then needs neither a build tool nor a second, and a comparison is all that is left next time.
    """
    import tomllib  # Python 3.11; the check of the version comes first

    packages = VENV / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    write_if_new(packages / "gongxue.pth", f"{ROOT}\n")
    for name, entry in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"].items():
        module, function = entry.split(":")
        script = VENV / "bin" / name
        # Two lines for the shell, a string for Python: a #! line cannot hold a long path or one with spaces.
        text = f"#!/bin/sh\n'''exec' \"{VENV_PYTHON}\" \"$0\" \"$@\"\n' '''\n"
        text += f"import sys\n\nfrom {module} import {function}\n\nsys.exit({function}())\n"
        write_if_new(script, text)
        script.chmod(0o755)


def write_if_new(path: Path, text: str) -> None:
    """Write the file unless it says so already."""
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


# ---------------------------------------------------------------- assets/


def asset_key() -> str:
    """What assets/ was made from."""
    return digest(ROOT / "package-lock.json", ASSET_LIST)


def assets_fit() -> bool:
    """Whether every asset is there and was made from today's lock file."""
    wanted = json.loads(ASSET_LIST.read_text())
    return stamped(ASSETS / ".stamp", asset_key()) and all((ASSETS / item["to"]).is_file() for item in wanted)


def fetch_assets() -> None:
    """Fetch the npm packages, copy what tools/assets.json names to assets/, drop the rest (260 MB)."""
    if assets_fit():
        return
    wanted = json.loads(ASSET_LIST.read_text())
    step = Step("Browser script and fonts")
    total = len(json.loads((ROOT / "package-lock.json").read_text())["packages"]) - 1
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=http"]
    watch(step, command, Counter(r"http fetch GET 200 \S+/([^/\s]+\.tgz)", total))
    for item in wanted:
        copy_asset(NODE_MODULES / item["from"], ASSETS / item["to"], item["sha256"])
        step.detail = item["to"]
        step.show()
    known = {ASSETS / item["to"] for item in wanted}
    for stale in [path for path in ASSETS.rglob("*") if path.is_file() and path not in known]:
        stale.unlink()
    shutil.rmtree(NODE_MODULES)
    (ASSETS / ".stamp").write_text(asset_key())
    size = sum(path.stat().st_size for path in known) / 1e6
    step.done(f"{len(known)} files, {size:.0f} MB in assets/")


def copy_asset(source: Path, target: Path, sha256: str) -> None:
    """Copy one file whose hash is known; a WOFF becomes the TrueType file inside it."""
    if not source.is_file():
        raise SetupError(f"The npm package has no such file 缺少文件: {source}")
    if digest(source) != sha256:
        raise SetupError(f"Not the file that tools/assets.json describes 校验不符: {source}")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    if source.suffix == ".woff":
        subprocess.run([VENV_PYTHON, "-c", WOFF_TO_TTF, source, part], check=True)
    else:
        shutil.copyfile(source, part)
    part.replace(target)


# ---------------------------------------------------------------- the whole


def set_up(goal: str) -> None:
    """Bring this folder to where `goal` works. What is missing from the system is told before anything changes."""
    if not assets_fit():
        require_node()
    provide(goal)
    make_venv()
    install_packages(goal)
    link_project()
    fetch_assets()


def wait_for_others(file: IO[str]) -> None:
    """Two set-ups at once would spoil each other's folders; the lock goes when this process ends."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("· Waiting for another set-up in this folder …", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)


def main(arguments: list[str]) -> int:
    goal = arguments[0] if arguments else ""
    if sys.version_info < PYTHON_AT_LEAST:
        have, want = sys.version.split()[0], ".".join(map(str, PYTHON_AT_LEAST))
        print(
            f"Gongxue needs Python {want} or newer, this is {have}.\n需要 Python {want} 或更新版本。",
            file=sys.stderr,
        )
        return 2
    if goal not in {"run", "check", "test"}:
        print(__doc__, file=sys.stderr)
        return 2
    began = time.monotonic()
    with Path(__file__).open() as one_at_a_time:
        wait_for_others(one_at_a_time)
        try:
            set_up(goal)
        except SetupError as problem:
            print(f"\n{problem}", file=sys.stderr)
            return 2
        except subprocess.CalledProcessError as problem:
            print(f"\nFailed 失败: {' '.join(map(str, problem.cmd))}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("\nStopped 已中断", file=sys.stderr)
            return 130
    print(f"✓ Set-up is complete ({time.monotonic() - began:.2f} s)", flush=True)
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an ASCII terminal shows ? instead of ending the set-up
    sys.exit(main(sys.argv[1:]))
