"""Raising the walls, as the owner: the role the application connects as, its rights, and every policy.

All of it is one transaction, and may be run again at any time: what was there is replaced by what this code says.
"""
from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, text

from ..kernel.errors import Refusal
from . import walls
from .context import pads

# All that stands, as the database itself tells it: policies, which tables are closed, functions, views.
STANDING = """
SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
  SELECT concat_ws('|', tablename, policyname, permissive, roles, cmd, qual, with_check) FROM pg_policies
   WHERE schemaname = 'public'
  UNION ALL SELECT concat_ws('|', relname, relkind, relrowsecurity, relacl) FROM pg_class
   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
  UNION ALL SELECT concat_ws('|', c.relname, a.attname, a.attacl) FROM pg_attribute a
   JOIN pg_class c ON c.oid = a.attrelid
   WHERE c.relnamespace IN ('public'::regnamespace, 'wall'::regnamespace) AND a.attacl IS NOT NULL
  UNION ALL SELECT concat_ws('|', c.relname, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid)) FROM pg_trigger t
   JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
  UNION ALL SELECT concat_ws('|', nspname, nspacl) FROM pg_namespace WHERE nspname IN ('public', 'wall')
  UNION ALL SELECT concat_ws('|', relname, relkind, reloptions, relacl, pg_get_viewdef(oid)) FROM pg_class
   WHERE relnamespace = 'wall'::regnamespace
  UNION ALL SELECT concat_ws('|', proname, prosecdef, proconfig, proacl, prosrc) FROM pg_proc
   WHERE pronamespace = 'wall'::regnamespace) AS all_of_it (line)
"""
# What the role may have been given elsewhere, and must not have.
BESIDES = {
    "may make temporary tables: only the owner of the database can take that away":
        "SELECT has_database_privilege(:name, current_database(), 'TEMPORARY')",
    "may make schemas: only the owner of the database can take that away":
        "SELECT has_database_privilege(:name, current_database(), 'CREATE')",
    "is a member of another role":
        "SELECT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = :name)",
    "brings settings of its own":
        "SELECT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE r.rolname = :name)",
}
TOO_MUCH = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")


class NotSecured(Refusal):
    """The database cannot be secured like this."""

    title = "The database is not secured"


def secure(connection: Connection, secret: bytes, runtime: URL) -> None:
    """`runtime` is the address that the application will use: a password in it becomes the role's."""
    _role(connection, runtime)
    name = str(connection.scalar(text("SELECT current_database()"))).replace('"', '""')
    _run(connection, f'REVOKE CREATE, TEMPORARY ON DATABASE "{name}" FROM PUBLIC, {walls.RUNTIME}')
    _run(connection, f'GRANT CONNECT ON DATABASE "{name}" TO {walls.RUNTIME}')
    _run(connection, f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {walls.RUNTIME}")
    _run(connection, f"ALTER ROLE {walls.RUNTIME} RESET ALL")
    _run(connection, f'ALTER ROLE {walls.RUNTIME} IN DATABASE "{name}" RESET ALL')
    for statement in walls.statements():
        _run(connection, statement)
    if wrong := besides(connection):
        raise NotSecured(f"The role {walls.RUNTIME} {'; it '.join(wrong)}.")
    connection.execute(text("INSERT INTO wall.secret VALUES (:inner, :outer)"), pads(secret))
    built = {"digest": walls.digest(), "standing": connection.scalar(text(STANDING))}
    connection.execute(text("INSERT INTO wall.built VALUES (:digest, :standing)"), built)


def stand(connection: Connection) -> bool:
    """Are the walls those of this code, and has nobody touched them since they were raised?"""
    built = connection.execute(text("SELECT digest, standing FROM wall.built")).one()
    as_built = built.digest == walls.digest() and built.standing == connection.scalar(text(STANDING))
    return bool(as_built and not besides(connection))


def besides(connection: Connection) -> list[str]:
    """What the role may do beyond what the walls give it, in words."""
    return [words for words, question in BESIDES.items()
            if connection.scalar(text(question), {"name": walls.RUNTIME})]


def walks_through(connection: Connection) -> bool:
    """Does row security not hold whoever is connected: a superuser, a bypasser, or an owner of tables?"""
    return bool(connection.scalar(text(
        "SELECT r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_class c WHERE "
        "c.relnamespace = 'public'::regnamespace AND pg_has_role(current_user, c.relowner, 'MEMBER')) "
        "FROM pg_roles r WHERE r.rolname = current_user")))


def _role(connection: Connection, runtime: URL) -> None:
    if runtime.username != walls.RUNTIME:
        raise NotSecured(f"CASEWORK_DATABASE_URL must name the role {walls.RUNTIME}: the owner walks through walls.")
    if _about(connection) is None:
        _run(connection, f"CREATE ROLE {walls.RUNTIME} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
                         "NOBYPASSRLS")
    about: Any = _about(connection)
    if wrong := [name for name in TOO_MUCH if about[name]]:
        raise NotSecured(f"The role {walls.RUNTIME} may do too much: {', '.join(wrong)}.")
    if not about["rolcanlogin"]:
        _run(connection, f"ALTER ROLE {walls.RUNTIME} LOGIN")
    if runtime.password:
        _run(connection, f"ALTER ROLE {walls.RUNTIME} PASSWORD '{_verifier(connection, str(runtime.password))}'")


def _about(connection: Connection) -> Any:
    found = connection.execute(text("SELECT * FROM pg_roles WHERE rolname = :name"), {"name": walls.RUNTIME})
    return found.mappings().first()


def _verifier(connection: Connection, password: str) -> str:
    """SCRAM-SHA-256, made here: the password itself never goes to the server, nor into its log."""
    driver: Any = connection.connection.dbapi_connection
    made = driver.pgconn.encrypt_password(password.encode(), walls.RUNTIME.encode(), b"scram-sha-256")
    return str(made.decode())


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))
