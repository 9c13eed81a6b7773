"""How the sealed log stands, as numbers."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from .standing import Standing, holds, standing

NEVER = 0.0


def collect(settings: Mapping[str, Any]) -> Iterator[Metric]:
    """Size and time of the newest checkpoint, what waits, and each witness's last receipt."""
    now = standing(settings)
    yield from _log(now)
    yield GaugeMetricFamily("casework_log_holds", "1 while the stored tree is the one that was signed last, else 0: "
                            "then nothing more is signed.", holds())
    heard = GaugeMetricFamily("casework_log_witness_heard_seconds", "When a witness last took a checkpoint (Unix time, "
                              "0 for never).", labels=["witness"])
    failing = GaugeMetricFamily("casework_log_witness_failing", "1 while the last attempt at a witness failed.",
                                labels=["witness"])
    for one in now.witnesses:
        heard.add_metric([one.name], one.heard_at.timestamp() if one.heard_at else NEVER)
        failing.add_metric([one.name], one.trouble is not None)
    yield from (heard, failing)


def _log(now: Standing) -> Iterator[Metric]:
    size, signed = (now.checkpoint.size, now.checkpoint.signed_at.timestamp()) if now.checkpoint else (0, NEVER)
    yield GaugeMetricFamily("casework_log_size", "Leaves under the newest checkpoint.", size)
    yield GaugeMetricFamily("casework_log_signed_seconds", "When it was signed (Unix time, 0 for never).", signed)
    yield GaugeMetricFamily("casework_log_unsealed", "Finished events without a leaf.", now.waiting.count)
    yield GaugeMetricFamily("casework_log_lag_seconds", "Age of the oldest of them.",
                            now.waiting.lag.total_seconds())
