"""What a database says of itself: everything that tables, indexes, checks, triggers and functions are made of."""
from __future__ import annotations

import re

from sqlalchemy import inspect, text

OURS = "alembic_version"

TRIGGERS = """
SELECT tgname, regexp_replace(pg_get_triggerdef(oid), 'public\\.', '', 'g') FROM pg_trigger WHERE NOT tgisinternal"""
FUNCTIONS = """
SELECT proname, prosrc || ' ' || pg_get_function_identity_arguments(oid) || ' ' || prorettype::regtype::text
FROM pg_proc WHERE pronamespace = 'public'::regnamespace"""
CONSTRAINTS = """
SELECT conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
DEFAULTS = """
SELECT table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable, is_identity,
column_default) FROM information_schema.columns WHERE table_schema = 'public'"""
STORAGE = """
SELECT attrelid::regclass::text || '.' || attname, attstorage::text FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND attnum > 0 AND NOT attisdropped"""
ON_POSTGRESQL = {"trigger": TRIGGERS, "function": FUNCTIONS, "constraint": CONSTRAINTS, "index": INDEXES,
                 "column": DEFAULTS, "storage": STORAGE}
ON_SQLITE = {"trigger": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
             "index": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
             "counting": "SELECT name, 'autoincrement' FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"}


def catalogue(connection):
    """{(kind, name): definition}, with white space made even; without the migrations' own table."""
    queries = ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL
    found = {(kind, name): even(sql) for kind, query in queries.items()
             for name, sql in connection.execute(text(query))}
    found |= as_inspected(connection)
    return {key: said for key, said in found.items() if not key[1].startswith(OURS)}


def as_inspected(connection):
    """Columns, keys and checks as SQLAlchemy reads them, whatever order they were written in."""
    look, found = inspect(connection), {}
    for table in look.get_table_names():
        for column in look.get_columns(table):
            said = f"{column['type']!r} {column['nullable']} {column['default']}"
            found["table column", f"{table}.{column['name']}"] = said
        found["key", table] = str(look.get_pk_constraint(table)["constrained_columns"])
        found["foreign keys", table] = ordered(look.get_foreign_keys(table))
        found["unique", table] = ordered(look.get_unique_constraints(table))
        found["checks", table] = ordered(look.get_check_constraints(table))
    return found


def ordered(parts):
    return str(sorted(even(str(sorted(part.items(), key=str))) for part in parts))


def even(sql):
    return re.sub(r"\s+", " ", sql.replace('"', "")).strip()
