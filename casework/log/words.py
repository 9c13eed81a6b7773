"""Deeds in plain words: "Approve a disbursement" for the help pages, "Approved a disbursement" for the log."""
from __future__ import annotations

KINDS = {
    "api_token": "an API token", "assessment": "an assessment", "audit_event": "the audit log", "backup": "a backup",
    "case": "a case",
    "contact": "how to reach a person", "cp_grant": "a grant of Continued Presence",
    "cp_package": "the package of a Continued Presence request", "cp_request": "a Continued Presence request",
    "disbursement": "a disbursement", "fund": "a fund", "hhs_notice": "a notice to HHS", "identity": "who a person is",
    "investigation": "an investigation", "key_destruction": "the end of a person’s key", "key_ring": "the key ring",
    "legal_hold": "a legal hold", "log": "the sealed log", "movement": "movements of money", "note": "a note",
    "office": "an office",
    "payee": "a payee", "person": "that a person is known", "person_key": "a person’s key",
    "refusal": "a refusal", "role_grant": "a role", "rulebook_entry": "the rulebook",
    "session": "a session", "user": "an account",
}

# deed: (as one is asked to do it, as it was done)
DEEDS = {
    "add": ("Add", "Added"), "allot": ("Allot", "Allotted"), "apportion": ("Apportion", "Apportioned"),
    "approve": ("Approve", "Approved"), "assign": ("Assign", "Assigned"), "begin": ("Begin", "Began"),
    "cancel": ("Cancel", "Cancelled"), "certify": ("Certify", "Certified"), "close": ("Close", "Closed"),
    "create": ("Create", "Created"), "deny": ("Deny", "Denied"), "disable": ("Disable", "Disabled"),
    "draft": ("Draft", "Drafted"), "edit": ("Edit", "Edited"), "end": ("End", "Ended"),
    "endorse": ("Endorse", "Endorsed"), "expire": ("Let run out", "Ran out:"), "export": ("Take away", "Took away"),
    "give": ("Give", "Gave"), "hold": ("Hold", "Held"), "issue": ("Issue", "Issued"),
    "obligate": ("Obligate", "Obligated"), "open": ("Open", "Opened"), "pay": ("Pay", "Paid"),
    "publish": ("Publish", "Published"), "read": ("Look at", "Looked at"), "receive": ("Receive", "Received"),
    "reconcile": ("Reconcile", "Reconciled"), "record": ("Record", "Recorded"), "release": ("Release", "Released"),
    "reopen": ("Reopen", "Reopened"), "return": ("Return", "Returned"), "save": ("Save", "Saved"),
    "search": ("Search for", "Searched for"), "send": ("Send", "Sent"), "sign": ("Sign", "Signed"),
    "submit": ("Submit", "Submitted"), "take": ("Take", "Took"), "take_up": ("Take up", "Took up"),
    "update": ("Change", "Changed"), "withdraw": ("Withdraw", "Withdrew"),
}

# where the two words above would not make a sentence
WHOLE = {
    "case.join_team": ("Add somebody to the team of a case", "Added somebody to the team of a case"),
    "case.leave_team": ("Take somebody off the team of a case", "Took somebody off the team of a case"),
    "case.record_discovery": ("Record when a person was discovered to be under 18",
                              "Recorded when a person was discovered to be under 18"),
    "cp_request.check_item": ("Answer the checklist of a Continued Presence request",
                              "Answered the checklist of a Continued Presence request"),
    "cp_request.accept_conditions": ("Accept the conditions", "Accepted the conditions"),
    "cp_request.answer": ("Answer the reviewer's questions", "Answered the reviewer's questions"),
    "cp_request.ask": ("Ask the requesting agency for more", "Asked the requesting agency for more"),
    "cp_request.escalate": ("Take the matter to the escalation authority",
                            "Took the matter to the escalation authority"),
    "cp_request.propose_conditions": ("Propose conditions", "Proposed conditions"),
    "cp_request.propose_denial": ("Propose a denial", "Proposed a denial"),
    "cp_request.reconsider": ("Reconsider a proposed denial", "Reconsidered a proposed denial"),
    "cp_request.remand": ("Send the matter back to the reviewer", "Sent the matter back to the reviewer"),
    "cp_request.uphold": ("Uphold the proposed denial", "Upheld the proposed denial"),
    "cp_grant.close": ("Record another status", "Recorded another status"),
    "cp_grant.extend": ("Extend a grant", "Extended a grant"),
    "cp_grant.hold": ("Hold a grant for a civil action", "Held a grant for a civil action"),
    "cp_grant.propose_revocation": ("Propose to revoke a grant", "Proposed to revoke a grant"),
    "cp_grant.restore": ("Restore a grant", "Restored a grant"),
    "cp_grant.terminate": ("Terminate a grant", "Terminated a grant"),
    "cp_request.correct_moment": ("Correct a moment that the law counts", "Corrected a moment that the law counts"),
    "disbursement.check_resource": ("Record a check of other help", "Recorded a check of other help"),
    "disbursement.deobligate": ("Give back what an obligation does not need",
                                "Gave back what an obligation did not need"),
    "case.who_looked": ("See who looked at a case", "Saw who looked at a case"),
    "disbursement.read_words": ("Read why money is asked for", "Read why money was asked for"),
    "audit_event.export": ("Take away the audit log with its proofs", "Took away the audit log with its proofs"),
    "disbursement.export": ("Take away the disbursement log", "Took away the disbursement log"),
    "disbursement.fail": ("Record that a payment came back", "Recorded that a payment came back"),
    "disbursement.pay": ("Record a payment", "Recorded a payment"),
    "disbursement.receipt": ("Add a receipt", "Added a receipt"),
    "disbursement.receive": ("Confirm that help was received", "Confirmed that help was received"),
    "disbursement.refund": ("Record a refund", "Recorded a refund"),
    "disbursement.request": ("Ask the fund for help", "Asked the fund for help"),
    "investigation.add_member": ("Add a member to an investigation", "Added a member to an investigation"),
    "payee.read_held": ("Look at a payee of lodging or medical help while it is withheld",
                        "Looked at a payee of lodging or medical help while it was withheld"),
    "key_destruction.confirm": ("Destroy a person’s key, as the second of two",
                                "Destroyed a person’s key, as the second of two"),
    "key_destruction.propose": ("Propose that a person’s key be destroyed",
                                "Proposed that a person’s key be destroyed"),
    "key_destruction.read": ("See whose key is to be destroyed", "Saw whose key is to be destroyed"),
    "key_destruction.withdraw": ("Withdraw that a person’s key be destroyed",
                                 "Withdrew that a person’s key be destroyed"),
    "log.accept": ("Let the sealed log go on from an older backup", "Let the sealed log go on from an older backup"),
    "key_ring.add": ("Add a key to the ring", "Added a key to the ring"),
    "key_ring.destroy": ("Destroy a key of the ring", "Destroyed a key of the ring"),
    "key_ring.escrow": ("Write the keys file", "Wrote the keys file"),
    "key_ring.retire": ("Retire a key of the ring", "Retired a key of the ring"),
    "key_ring.rotate": ("Bring rows to the newest key", "Brought rows to the newest key"),
    "legal_hold.lift": ("Lift a legal hold", "Lifted a legal hold"),
    "legal_hold.place": ("Place a legal hold on a person", "Placed a legal hold on a person"),
    "refusal.count": ("Be refused", "Was refused"),
    "seal.fail": ("Meet a record that cannot be read", "Met a record that cannot be read"),
    "session.begin": ("Sign in", "Signed in"),
    "session.end": ("Sign out", "Signed out"),
    "session.refuse": ("Fail to sign in", "Failed to sign in"),
    "session.use": ("Use their own desk and account", "Used their own desk and account"),
    "user.change_password": ("Change a password", "Changed a password"),
}


def to_do(verb: str) -> str:
    """`Approve a disbursement`."""
    return _said(verb, 0)


def was_done(verb: str) -> str:
    """`Approved a disbursement`."""
    return _said(verb, 1)


def kind_words(kind: str) -> str:
    """`a disbursement`; of a kind without words of its own, its name."""
    return KINDS.get(kind, kind.replace("_", " "))


def _said(verb: str, tense: int) -> str:
    if verb in WHOLE:
        return WHOLE[verb][tense]
    kind, _, deed = verb.partition(".")
    plain = deed.replace("_", " ").capitalize()
    return f"{DEEDS.get(deed, (plain, plain))[tense]} {kind_words(kind)}"
