"""Numbers for whoever watches the service, in Prometheus' text form: counts and ages, never a record.

Behind a proxy every caller comes from loopback, so an address proves nothing here: /metrics asks for a token of its
own (CASEWORK_METRICS_TOKEN). Without one there is no such door.
"""
from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator

from flask import Flask, Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from casework.kernel.errors import NotFound, Stranger

from .who import bearer_token

Collect = Callable[[], Iterable[Metric]]


class _Asked(Collector):
    """Asked anew for each look; asked nothing when it is put up."""

    def __init__(self, collect: Collect) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        return self._collect()

    def describe(self) -> Iterator[Metric]:
        return iter(())


def register(app: Flask, collect: Collect) -> None:
    """What `collect` says is shown from now on."""
    registry = app.extensions.setdefault("casework.metrics", CollectorRegistry(auto_describe=False))
    registry.register(_Asked(collect))


def metrics() -> Response:
    token = str(current_app.config["METRICS_TOKEN"])
    if not token:
        raise NotFound
    if not hmac.compare_digest((bearer_token() or "").encode(), token.encode()):
        raise Stranger("/metrics is read with the token that CASEWORK_METRICS_TOKEN names.")
    registry = current_app.extensions.get("casework.metrics", CollectorRegistry())
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
