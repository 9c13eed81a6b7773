"""JSON as the API answers it: the words of the standard library's, written by a faster hand."""
from __future__ import annotations

from typing import Any

import orjson
from flask import Flask, Response
from flask.json.provider import DefaultJSONProvider

HOW = orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE


class Json(DefaultJSONProvider):
    """Reads as before. Writes fields in the order in which they are documented."""

    def response(self, *args: Any, **words: Any) -> Response:
        said = orjson.dumps(self._prepare_response_obj(args, words), default=self.default, option=HOW)
        return Response(said, mimetype=self.mimetype)


def init_app(app: Flask) -> None:
    app.json = Json(app)
