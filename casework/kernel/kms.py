"""A ring whose secrets are wrapped by a key management service, which alone holds the key that unwraps them.

The service is AWS KMS (`pip install casework[kms]`), reached as boto3 is told to: credentials, region and endpoint come
from the environment or the machine's role. Each secret is bound to the name of its key by the encryption context, so
that two cannot be exchanged; who unwrapped which stands in the service's own log.
"""
from __future__ import annotations

from importlib import import_module
from typing import Any

from .keyring import KeysRefused

KIND = "aws-kms"
REGION = 3


class Kms:
    """What wraps each secret, under the key of this name (ARN) at the service."""

    def __init__(self, arn: str) -> None:
        if len(arn.split(":")) <= REGION:
            raise KeysRefused("Name the key by its ARN: arn:aws:kms:REGION:ACCOUNT:key/ID.")
        self.said, self._arn = f"{KIND} {arn}", arn

    def wrap(self, name: str, secret: bytes) -> bytes:
        return bytes(self._ask("encrypt", name, Plaintext=secret)["CiphertextBlob"])

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        return bytes(self._ask("decrypt", name, CiphertextBlob=wrapped)["Plaintext"])

    def _ask(self, what: str, name: str, **words: bytes) -> dict[str, Any]:
        """One call. What goes wrong is told by its kind alone."""
        try:
            service = import_module("boto3").client("kms", region_name=self._arn.split(":")[REGION])
            errors = import_module("botocore.exceptions")
        except ModuleNotFoundError:
            raise KeysRefused("The keys are wrapped by AWS KMS: pip install casework[kms].") from None
        try:
            answer: dict[str, Any] = getattr(service, what)(
                KeyId=self._arn, EncryptionContext={"casework": name}, **words)
        except errors.ClientError as problem:
            raise KeysRefused(f"AWS KMS refused to {what} {name}: {problem.response['Error']['Code']}.") from None
        except errors.BotoCoreError as problem:
            raise KeysRefused(f"AWS KMS could not be asked to {what} {name}: {type(problem).__name__}.") from None
        return answer


def opening(said: str) -> Kms:
    """What opens a ring that says this of itself."""
    return Kms(said.removeprefix(KIND).strip())
