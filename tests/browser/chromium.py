"""The Chromium that the browser tests drive: the machine's own, which its owner keeps patched.

``python -m tests.browser.chromium`` says which one it is. Where there is none it installs Debian's, if it may;
otherwise it says loudly what will not be tested, and fails on CI.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ABSENT = "No Chromium on this machine: the browser tests (clicking through the main line, axe, CSP) are not run."


def find_chromium() -> Path | None:
    """The browser named in ``CASEWORK_TEST_CHROMIUM``, or the first on ``PATH``; None where there is none."""
    for name in (os.environ.get("CASEWORK_TEST_CHROMIUM"), *NAMES):
        if name and (found := shutil.which(name)):
            return Path(found)
    return None


def chromium_or_skip() -> Path:
    """For fixtures: the browser, or a skip that names what is missing. On CI its absence is a failure."""
    found = find_chromium()
    if found is None:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse(ABSENT)
    return found


def install() -> None:
    """Ask Debian's package manager for Chromium, where there is one and we may."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    print("Installing Chromium for the browser tests …", flush=True)
    quietly = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "-qq", "update"], [apt, "-qq", "-y", "install", "--no-install-recommends", "chromium"]):
        subprocess.run(command, check=False, env=quietly, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def main() -> int:
    if find_chromium() is None:
        install()
    if found := find_chromium():
        print(f"Browser tests: {found}")
        return 0
    print(f"\n{'!' * 100}\n{ABSENT}\n{'!' * 100}\n", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
