"""What the log, the wall, the keys and the backups promise, what they do not, and the test that proves it.

A page prints this table. A test refuses a row whose test does not exist.
"""
from __future__ import annotations

from typing import NamedTuple


class Promise(NamedTuple):
    """`proof` is the test, as pytest names it."""

    topic: str
    promises: str
    not_promised: str
    proof: str


LOG, WALL, KEYS, BACKUPS = "The log", "The wall in the database", "The keys", "The backups"

PROMISES: tuple[Promise, ...] = (
    Promise(LOG,
            "Whoever edits a sealed record past the triggers, in any column of an event, a movement, a signature "
            "or a grant of a role, is found out by the next check of an export, and the record is named.",
            "That the edit is prevented. Somebody with the rights of the database's owner can edit; they cannot "
            "hide it.",
            "tests/log/test_convicting.py::"
            "test_a_row_edited_past_the_triggers_is_named_and_so_is_one_that_is_recomputed_or_signed_anew"),
    Promise(LOG,
            "Whoever owns the database and also computes every digest anew is found out by the signed "
            "checkpoints, and the stretch of the log is named. An earlier bundle names the very record.",
            "Without an earlier bundle only the stretch between two checkpoints is named, not the record.",
            "tests/log/test_verifier.py::"
            "test_a_tree_recomputed_by_who_cannot_sign_fails_at_the_first_checkpoint_that_covers_it"),
    Promise(LOG,
            "A checkpoint that a witness or an auditor holds outside convicts even the holder of the signing key "
            "who rewrites the log and signs it again.",
            "Without a checkpoint held outside, the holder of the signing key can rewrite everything and sign it "
            "again, and nobody sees it. Nor does it cover what happened after the newest checkpoint that is held.",
            "tests/log/test_verifier.py::"
            "test_who_signs_anew_is_caught_by_a_checkpoint_held_outside_and_by_nothing_else"),
    Promise(LOG,
            "Records cut off at the end, or an older state put back, are reported by the missing range when a "
            "later checkpoint is held outside.",
            "Without one, the owner of the database can cut off the newest records together with their "
            "checkpoints: what is left is a true, shorter log.",
            "tests/log/test_convicting.py::"
            "test_the_newest_records_cut_off_with_their_checkpoints_are_missing_only_from_what_was_held"),
    Promise(LOG,
            "An event that is dated back and put in later stands out of order; a movement, a signature or a grant "
            "that no event made is named as added.",
            "An event that is forged as the newest, with the rights of Casework itself, looks like one that "
            "Casework wrote, and the moment it names is only what it says of itself. It cannot take a place "
            "before a checkpoint that is held.",
            "tests/log/test_convicting.py::"
            "test_an_event_dated_back_and_sealed_by_the_honest_sealer_is_out_of_order"),
    Promise(LOG,
            "A bundle of evidence for a filter proves that each record in it stands in the log, and holds no row "
            "outside the filter.",
            "It does not prove that nothing that fits the filter was left out. Only the whole log does.",
            "tests/log/test_bundle.py::test_a_bundle_of_a_filter_holds_what_fits_with_its_proofs_and_nothing_else"),
    Promise(LOG,
            "The proofs in a bundle for a filter are digests alone. They say nothing that stands in a record outside "
            "the filter.",
            "That a guess cannot be confirmed. The proofs carry the digests of the records beside those that fit, and "
            "whoever can guess every field of such a record, its moment to the microsecond among them, can tell that "
            "the guess is right.",
            "tests/log/test_convicting.py::"
            "test_a_part_names_no_neighbour_and_confirms_one_only_to_who_guesses_every_field_of_it"),
    Promise(LOG,
            "The verifier believes nothing that it has not computed. It uses none of our code, and whatever it is "
            "given, it answers and does not break.",
            "That what people entered was true, and who sat at the keyboard. It shows that a record is unchanged "
            "and which account made it.",
            "tests/log/test_verifier_alone.py::"
            "test_it_imports_nothing_of_the_application_and_says_its_verdict_in_words_and_for_machines"),
    Promise(LOG,
            "When the signing key is turned, the old key signs the new one in, whoever holds the first key can follow, "
            "and in a log that records the turn the old key signs nothing any more.",
            "That a stolen key is noticed. Whoever holds it can sign until it is turned, and afterwards a log, or a "
            "part of one, that leaves the turn out. Only checkpoints held outside tell.",
            "tests/log/test_verifier_keys.py::"
            "test_the_chain_of_keys_is_followed_from_the_key_given_and_back_for_what_was_held"),
    Promise(WALL,
            "On PostgreSQL the database asks the policy again: what is sent in the application’s name, in whatever "
            "words, shows no row that the person signed in may not see.",
            "That it stops the owner of the database, or somebody who has the key with which the application says who "
            "asks. They are past the wall; the sealed log is for them.",
            "tests/walls/test_three_answers.py::"
            "test_the_policies_as_they_stand_show_what_the_policy_says"),
    Promise(WALL,
            "Without somebody who asks, no private row is shown. Who asks is signed for one connection and one minute; "
            "forged, altered, replayed or run out it shows nothing.",
            "That a person’s own session is in their own hands. Whoever sits at it sees what they see.",
            "tests/walls/test_forging.py::test_a_forged_context_sees_none"),
    Promise(WALL,
            "The database alone refuses that one person requests, approves and certifies the same money, or signs in "
            "the name of another.",
            "That two different people are not of one mind.",
            "tests/walls/test_apart.py::test_of_every_triple_only_three_different_people_are_accepted"),
    Promise(WALL,
            "On PostgreSQL a record goes from one state to another only by a step of its workflow, and only for "
            "whoever may take that step on it.",
            "That every word beside the state is what that step would have written. Who wrote it is in the log.",
            "tests/walls/test_steps.py::"
            "test_a_state_is_left_by_whoever_may_take_a_step_from_it_and_by_nobody_else"),
    Promise(WALL,
            "On SQLite, code that reads or writes a private table around the policy is refused when it runs.",
            "SQLite has no accounts of its own: whoever opens the file itself is past it. It is a tripwire for "
            "mistakes, not a wall.",
            "tests/access/test_around.py::test_a_way_round_is_refused"),
    Promise(KEYS,
            "An encrypted field that is altered, cut or put in another place is refused and recorded, never shown.",
            "That it can be put right. For that there are backups.",
            "tests/test_tampering.py::test_every_exchange_of_row_column_and_table_among_all_sealed_columns"),
    Promise(KEYS,
            "Keys are turned while people work. It may be stopped at any moment and goes on where it was.",
            "That keys given in the environment turn by themselves.",
            "tests/cases/test_rotation.py::test_stopped_after_any_batch_it_goes_on_where_it_was"),
    Promise(KEYS,
            "When two people have destroyed a person’s key, nothing sealed about that person opens any more, here or "
            "in a backup, and never while a legal hold stands.",
            "That copies of the key file kept elsewhere are gone, or what disks, replicas and journal archives keep. "
            "Digests of exact identifiers stay in older backups until the index key is turned.",
            "tests/cases/test_destruction.py::TestAfterwards::"
            "test_every_sealed_column_says_why_and_nobody_is_alarmed"),
    Promise(KEYS,
            "A key file wrapped under a passphrase or by a key service opens nothing by itself.",
            "That the memory of a running server is safe from whoever owns the machine.",
            "tests/kernel/test_wrappings.py::TestPassphrase::"
            "test_the_file_holds_no_secret_and_opens_with_the_passphrase"),
    Promise(BACKUPS,
            "What was acknowledged is kept, and nothing is half posted, though the server or the database is killed at "
            "any moment. What was not answered is done once when it is sent again with its key.",
            "That a disk keeps what it said it wrote. A kill leaves the operating system running; a power cut tests "
            "the disk too.",
            "tests/serving/test_kills.py::test_the_server_is_killed_on_postgresql"),
    Promise(BACKUPS,
            "A backup is one moment of the database, taken while people work, and has its name only when it is whole.",
            "That there is a newer one. What was done since the last backup is in no backup.",
            "tests/backup/test_backups.py::test_a_backup_taken_while_people_write_is_of_one_moment"),
    Promise(BACKUPS,
            "A backup that is altered, cut, put together from two, or sealed under another key is refused before any "
            "of it is used.",
            "That it can be opened without the key file. Without its keys a backup is noise, for you too.",
            "tests/backup/test_backups.py::"
            "test_an_altered_cut_or_mixed_file_is_refused_before_anything_is_restored"),
    Promise(BACKUPS,
            "No person’s key is in a backup of the data. Once a key is destroyed, that person stays unreadable from "
            "every older backup with every newer keys file, and the older keys files do not open.",
            "That other copies of the key file are gone. Whoever kept the old escrow key and an old keys file can "
            "still open it.",
            "tests/backup/test_backups.py::"
            "test_a_person_whose_key_was_destroyed_stays_unreadable_from_an_older_backup"),
    Promise(BACKUPS,
            "A check restores it and says what holds: pages, tables, rows, balances, keys, a row of every encrypted "
            "column, and each record of the log.",
            "That somebody runs it. Run it after each backup, on another machine.",
            "tests/backup/test_backups.py::test_a_backup_becomes_the_same_database_and_all_of_it_holds"),
    Promise(BACKUPS,
            "An older backup, also one that was put into use, is told by the range of records that it lacks.",
            "Without a newer checkpoint held outside nobody can tell that it is older.",
            "tests/backup/test_backups.py::test_an_older_backup_put_into_production_is_told_too"),
)


def by_topic() -> dict[str, list[Promise]]:
    """Topics in the order of the table; one without rows is left out."""
    return {topic: [row for row in PROMISES if row.topic == topic]
            for topic in dict.fromkeys(row.topic for row in PROMISES)}
