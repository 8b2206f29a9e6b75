"""DATABASE_URL, taken apart; a refusal is one line, which never shows the password."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import parse_qsl, unquote

from deploy.errors import DeployError

WHERE = "Supabase's dashboard → Connect → Session pooler"
TRANSACTION_POOLER_PORT = 6543
_TLS_MODES = ("require", "verify-ca", "verify-full")
# To the last @: a password as it was typed is taken too, whatever it has.
_URL = re.compile(
    r"postgres(?:ql)?://(?P<user>[^:@/]+)(?::(?P<password>.*))?@"
    r"(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/(?P<database>[^/?@]*))?(?:\?(?P<options>[^@]*))?",
    re.DOTALL,
)


class DatabaseError(DeployError):
    """The database can't be reached; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is, and who connects."""

    host: str
    port: int
    user: str
    database: str
    password: str | None = field(repr=False)
    tls: ssl.SSLContext | Literal["require", "prefer"] = "require"
    """Certificates are checked where `sslmode=verify-full` or `verify-ca` says so."""

    def __str__(self) -> str:
        """Tells people which database it is."""
        return f"{self.database} at {self.host}:{self.port} as {self.user}"

    @property
    def is_direct(self) -> bool:
        """Says whether it is a Supabase project's own host, which has no IPv4 for nothing."""
        return self.host.startswith("db.") and self.host.endswith(".supabase.co")


def needed(environ: Mapping[str, str]) -> str:
    """Returns DATABASE_URL; DatabaseError says where to find it when it is not set."""
    url = environ.get("DATABASE_URL", "").strip()
    if not url:
        raise DatabaseError(
            f"DATABASE_URL is not set: put it into .env, from {WHERE} (port 5432, IPv4; the "
            "direct connection has IPv6 only on the free plan)"
        )
    return url


def parse(url: str) -> Address:
    """Takes a connection string apart.

    Raises:
        DatabaseError: It is none, leads to the transaction pooler, or has TLS turned off for
            another machine.
    """
    found = _URL.fullmatch(url.strip())
    if found is None:
        raise DatabaseError(
            "DATABASE_URL is not of the form postgresql://user:password@host:port/database: "
            f"copy it from {WHERE}"
        )
    if "[YOUR-PASSWORD]" in url:
        raise DatabaseError("DATABASE_URL still has [YOUR-PASSWORD] where the password goes")
    host, port = found["host"].strip("[]"), int(found["port"] or 5432)
    if port == TRANSACTION_POOLER_PORT:
        raise DatabaseError(
            f"DATABASE_URL is of the transaction pooler (port {port}), where no lock can be held: "
            f"take the session pooler's (port 5432), from {WHERE}"
        )
    if not 0 < port < 65536:  # noqa: PLR2004 - TCP's
        raise DatabaseError(f"DATABASE_URL has the port {port}, which is none")
    password = found["password"]
    user = unquote(found["user"])
    return Address(
        host=host,
        port=port,
        user=user,
        database=unquote(found["database"] or "") or user,
        password=None if password is None else unquote(password),
        tls=_tls(found["options"] or "", host),
    )


def _tls(options: str, host: str) -> ssl.SSLContext | Literal["require", "prefer"]:
    given = dict(parse_qsl(options, keep_blank_values=True))
    mode, root = given.pop("sslmode", ""), given.pop("sslrootcert", "")
    if given:
        raise DatabaseError(
            "DATABASE_URL has other options than sslmode and sslrootcert: take them away"
        )
    if mode and mode not in _TLS_MODES and not _is_this_machine(host):
        raise DatabaseError(
            f"DATABASE_URL turns TLS off, or leaves it to chance, and {host} is another machine: "
            f"its sslmode is one of {', '.join(_TLS_MODES)}"
        )
    if mode not in {"verify-ca", "verify-full"}:
        return "prefer" if _is_this_machine(host) and mode != "require" else "require"
    try:
        context = ssl.create_default_context(cafile=root or None)
    except OSError as error:
        raise DatabaseError(f"sslrootcert={root} holds no certificate: {error}") from error
    context.check_hostname = mode == "verify-full"
    return context


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
