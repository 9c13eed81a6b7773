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
  UNION ALL SELECT concat_ws('|', relname, relrowsecurity, relacl) FROM pg_class
   WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
  UNION ALL SELECT concat_ws('|', relname, relkind, reloptions, relacl, pg_get_viewdef(oid)) FROM pg_class
   WHERE relnamespace = 'wall'::regnamespace
  UNION ALL SELECT concat_ws('|', proname, prosecdef, proconfig, proacl, prosrc) FROM pg_proc
   WHERE pronamespace = 'wall'::regnamespace) AS all_of_it (line)
"""
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
    for statement in walls.statements():
        _run(connection, statement)
    connection.execute(text("INSERT INTO wall.secret VALUES (:inner, :outer)"), pads(secret))
    built = {"digest": walls.digest(), "standing": connection.scalar(text(STANDING))}
    connection.execute(text("INSERT INTO wall.built VALUES (:digest, :standing)"), built)


def stand(connection: Connection) -> bool:
    """Are the walls those of this code, and has nobody touched them since they were raised?"""
    built = connection.execute(text("SELECT digest, standing FROM wall.built")).one()
    return bool(built.digest == walls.digest() and built.standing == connection.scalar(text(STANDING)))


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
