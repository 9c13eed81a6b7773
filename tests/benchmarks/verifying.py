"""How long the verifier takes over a million records, and how much memory: `python -m tests.benchmarks.verifying`.

The records are events as the product writes them, about 700 bytes each, every fourth with a movement after it; the bundle
is a zip as an auditor downloads it, with a checkpoint for each 2,000 records. Peak memory is that of the verifier's own
process, as the system counted it.
"""
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

from casework.log.verifier import casework_verify as verifier
from tests.log.exported import ORIGIN, Signer

SECONDS, MEGABYTES = 60, 80
EACH = 2_000
# A small process between this one and the verifier: the system counts the parent's memory towards a child's peak.
MEASURED = """import json, resource, subprocess, sys
status = subprocess.run([sys.executable, "-I", *sys.argv[1:]], check=False).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([status, used.ru_utime + used.ru_stime, used.ru_maxrss]))"""


def leaves(count: int) -> Iterator[dict]:
    """Events, and after every fourth the movement that it made."""
    made, number = None, 0
    for index in range(count):
        if made:
            yield {"kind": "movement", "id": made, "amount": 12_500, "fund_id": key(1), "office_id": key(index % 6),
                   "source": "obligated", "target": "paid", "fiscal_year": 2027, "verb": "pay", "document": None,
                   "disbursement_id": key(index), "reverses_id": None, "at": moment(index), "by_id": key(3), "version": 1}
            made = None
            continue
        number += 1
        made = key(index) if number % 4 == 0 else None
        yield event(number, index, made)


def event(number: int, index: int, made: str | None) -> dict:
    fields = ("id", "fund_id", "amount", "source", "target")
    changes = [{"what": "movement", "id": made, "field": name, "from": None, "to": key(index)} for name in fields]
    return {"kind": "audit_event", "id": number, "transaction_id": number * 2, "at": moment(index),
            "actor_id": key(index % 40), "verb": "disbursement.pay" if made else "case.read", "subject_kind": "case",
            "subject_id": key(index), "case_id": key(index), "office_id": key(index % 6),
            "details": {"filter": "state open, office Señal", "rows": 3}, "changes": changes if made else [],
            "shown": [] if made else [["case", key(index + at), key(index + at)] for at in range(3)]}


def key(number: int) -> str:
    return str(uuid.UUID(int=(0x0199 << 112) + number * 7_919))


def moment(number: int) -> str:
    return f"2026-11-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:01.{number % 1_000_000:06}Z"


def export(path: Path, count: int, signer: Signer) -> None:
    fold, hashes, marks = verifier.Fold(), bytearray(), []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
        with bundle.open(verifier.RECORDS, "w", force_zip64=True) as records:
            for index, leaf in enumerate(leaves(count)):
                text = json.dumps(leaf, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                hashes += (hash_ := hashlib.sha256(b"\0" + text.encode()).digest())
                fold.add(hash_)
                records.write(f'{{"index":{index},"leaf":{text}}}\n'.encode())
                if (index + 1) % EACH == 0 or index + 1 == count:
                    marks.append(note(signer, fold))
        bundle.writestr(verifier.HASHES, bytes(hashes))
        bundle.writestr(verifier.CHECKPOINT, marks[-1])
        bundle.writestr(verifier.CHECKPOINTS, "".join(f"{json.dumps({'note': mark})}\n" for mark in marks))


def note(signer: Signer, fold: verifier.Fold) -> str:
    return signer.note(f"{ORIGIN}\n{fold.size}\n{base64.b64encode(fold.root()).decode()}\n")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--records", type=int, default=1_000_000)
    count, signer = asked.parse_args().records, Signer()
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle.zip"
        export(bundle, count, signer)
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-I", "-c", MEASURED, verifier.__file__, str(bundle), "--key", signer.vkey],
                              capture_output=True, text=True, timeout=3_600, check=False)
        took = time.monotonic() - began
        *said, figures = done.stdout.splitlines()
        status, processor, kilobytes = json.loads(figures)
        print(*said, done.stderr, sep="\n")
        print(f"{count:,} records, {bundle.stat().st_size / 1e6:,.0f} MB: {took:.1f} s ({processor:.1f} s of one processor), "
              f"peak {kilobytes / 1024:.0f} MB")
        kept = status == 0 and took * 1_000_000 / count < SECONDS and kilobytes / 1024 < MEGABYTES
        print("keeps" if kept else "MISSES", f"{SECONDS} s for a million and {MEGABYTES} MB")


if __name__ == "__main__":
    main()
