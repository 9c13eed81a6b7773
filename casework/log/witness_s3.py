"""A bucket as witness: an S3-compatible PUT, signed with AWS Signature Version 4, over https.

    s3+https://s3.example/bucket/prefix?region=us-gov-west-1

Credentials: CASEWORK_WITNESS_S3_KEY and CASEWORK_WITNESS_S3_SECRET. Whoever runs the bucket should lock its objects.
"""
from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote

from .witness import SECONDS, Sent, Trouble, on_this_machine

ALGORITHM = "AWS4-HMAC-SHA256"


def send(sent: Sent, settings: Mapping[str, Any]) -> str:
    """Put it, and say what came back. Plain http is for loopback alone."""
    clear = sent.parts.scheme == "s3+http"
    if clear and not on_this_machine(sent.parts.hostname):
        raise Trouble("a bucket is spoken to over https only")
    key, secret = str(settings["WITNESS_S3_KEY"]), str(settings["WITNESS_S3_SECRET"])
    if not key or not secret:
        raise Trouble("CASEWORK_WITNESS_S3_KEY and CASEWORK_WITNESS_S3_SECRET are not set")
    path = quote(f"{sent.parts.path.rstrip('/')}/{sent.file}")
    headers = signed("PUT", sent.parts.netloc, path, sent.note, key=key, secret=secret,
                     region=sent.asked("region", "us-east-1"), at=datetime.now(UTC))
    return _put((HTTPConnection if clear else HTTPSConnection)(sent.parts.netloc, timeout=SECONDS), path, sent.note,
                headers)


def signed(method: str, host: str, path: str, body: bytes, *, key: str, secret: str, region: str,
           at: datetime) -> dict[str, str]:
    """The headers of a request without a query, Authorization among them (AWS, Signature Version 4)."""
    day, moment = f"{at:%Y%m%d}", f"{at:%Y%m%dT%H%M%SZ}"
    headers = {"host": host, "x-amz-content-sha256": sha256(body).hexdigest(), "x-amz-date": moment}
    names, scope = ";".join(headers), f"{day}/{region}/s3/aws4_request"
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"{method}\n{path}\n\n{lines}\n{names}\n{headers['x-amz-content-sha256']}"
    to_sign = f"{ALGORITHM}\n{moment}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    turned = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        turned = hmac.digest(turned, part.encode(), "sha256")
    signature = hmac.digest(turned, to_sign.encode(), "sha256").hex()
    return headers | {"Authorization": f"{ALGORITHM} Credential={key}/{scope}, SignedHeaders={names}, "
                                       f"Signature={signature}"}


def _put(connection: HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> str:
    try:
        connection.request("PUT", path, body, headers | {"Content-Type": "text/plain; charset=utf-8"})
        answer = connection.getresponse()
        said = answer.read(500).decode("utf-8", "replace")
    except HTTPException as problem:
        raise Trouble(f"no answer in HTTP: {type(problem).__name__}") from None
    finally:
        connection.close()
    if not 200 <= answer.status < 300:
        raise Trouble(f"{answer.status} {answer.reason} {said}".strip())
    return f"{answer.status} ETag {answer.headers.get('ETag', 'none')}"
