"""A mailbox as witness: the checkpoint as a message, over SMTP with STARTTLS.

    smtp://mail.example:587/?to=auditor@example.gov&from=casework@example.gov

Credentials, where the server wants them: CASEWORK_WITNESS_SMTP_USER and CASEWORK_WITNESS_SMTP_PASSWORD.
"""
from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from .witness import SECONDS, Sent, Trouble, on_this_machine

DONE = 250


def send(sent: Sent, settings: Mapping[str, Any]) -> str:
    """Send it, and say what the server answered. Without TLS to loopback alone."""
    to = sent.asked("to")
    if not to or not sent.parts.hostname:
        raise Trouble("the address must say smtp://host:port/?to=mailbox")
    with smtplib.SMTP(sent.parts.hostname, sent.parts.port or 587, timeout=SECONDS) as server:
        if not on_this_machine(sent.parts.hostname):
            server.starttls(context=ssl.create_default_context())
        if settings["WITNESS_SMTP_USER"]:
            server.login(str(settings["WITNESS_SMTP_USER"]), str(settings["WITNESS_SMTP_PASSWORD"]))
        return _handed_over(server, sent, sent.asked("from", to), to)


def message(sent: Sent, sender: str, to: str) -> EmailMessage:
    """To be read, and, byte for byte, to be kept."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, f"Checkpoint of the log at {sent.size} leaves"
    mail.set_content(sent.note.decode())
    mail.add_attachment(sent.note, maintype="application", subtype="octet-stream", filename=sent.file)
    return mail


def _handed_over(server: smtplib.SMTP, sent: Sent, sender: str, to: str) -> str:
    server.ehlo_or_helo_if_needed()
    server.mail(sender)
    code, said = server.rcpt(to)
    if code == DONE:
        code, said = server.data(message(sent, sender, to).as_bytes())
    answer = f"{code} {said.decode('utf-8', 'replace')}"
    if code != DONE:
        raise Trouble(answer)
    return answer
