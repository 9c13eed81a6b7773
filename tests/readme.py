"""The parts of the README that are drawn from the code. `python -m tests.readme --write` brings them up to date."""
from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from casework import policy
from casework.help.workflows import WORKFLOWS

README = Path(__file__).parent.parent / "README.md"


def diagrams() -> str:
    """Every workflow as a Mermaid state diagram, with its title."""
    return "\n\n".join(f"**{title}**\n\n```mermaid\n{workflow.as_mermaid()}\n```"
                       for title, workflow in WORKFLOWS.values())


PARTS: dict[str, Callable[[], str]] = {"policy": policy.as_markdown, "workflows": diagrams}


def current(text: str) -> str:
    """The same text, with what stands between each pair of markers drawn anew. Each pair must be there once."""
    for name, draw in PARTS.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise LookupError(f"README.md has no markers for {name}")
        text = f"{before}{begin}{draw().strip()}\n{end}{after}"
    return text


def main() -> int:
    text = README.read_text(encoding="utf-8")
    drawn = current(text)
    if "--write" in sys.argv[1:]:
        README.write_text(drawn, encoding="utf-8")
        return 0
    return 0 if drawn == text else 1


if __name__ == "__main__":
    sys.exit(main())
