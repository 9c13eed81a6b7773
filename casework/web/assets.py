"""Static files: ours to keep for a year, because their address changes with their content."""
from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from .headers import ALWAYS, YEAR

STATIC = Path(__file__).parent.parent / "static"


def digest(folder: Path) -> str:
    """Changes when any file below does. Part of every static address, so that fonts named in a stylesheet follow."""
    content = sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".gz"):
        content.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
        content.update(file.read_bytes())
    return content.hexdigest()[:12]


def _headers(headers: Headers, _path: str, _url: str) -> None:
    for name, value in ALWAYS.items():
        headers.setdefault(name, value)


def init_app(app: Flask, folder: Path = STATIC) -> None:
    prefix = f"/static/{digest(folder)}" if folder.is_dir() else "/static/none"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=folder if folder.is_dir() else None, prefix=f"{prefix}/", allow_all_origins=False,
        autorefresh=app.debug, max_age=0 if app.debug else YEAR, add_headers_function=_headers,
        immutable_file_test=lambda _path, _url: not app.debug)
    app.jinja_env.globals["asset"] = lambda path: f"{prefix}/{path}"
