"""A connection to the database of a project: with a deadline, and errors that say what to do."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import AsyncIterator

import asyncpg

from deploy.connection_string import WHERE, Address, DatabaseError, parse

CONNECT_S = 10.0
COMMAND_S = 30.0
"""For what is asked without a deadline of its own."""
CLOSE_S = 2.0
GONE = (
    OSError,  # TimeoutError too
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,  # "connection is closed"
)
"""What a connection raises that was there, and is there no more."""
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL}


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Yields a connection to the database of a connection string.

    Raises:
        DatabaseError: The string is none, or nobody answers there as a database of ours does, or
            the connection was lost.
    """
    address = parse(url)
    connection = await _connect(address)
    try:
        yield connection
    except GONE as error:
        raise DatabaseError(f"the connection to {address} was lost: {_line(error)}") from error
    except asyncpg.PostgresError as error:
        raise DatabaseError(f"{address} refused: {_line(error)}") from error
    finally:
        try:
            await connection.close(timeout=CLOSE_S)
        except (*GONE, asyncpg.PostgresError):
            connection.terminate()
        except asyncio.CancelledError:
            connection.terminate()
            raise


async def _connect(address: Address) -> asyncpg.Connection:
    try:
        async with asyncio.timeout(CONNECT_S):
            return await asyncpg.connect(
                host=address.host,
                port=address.port,
                user=address.user,
                password=address.password,
                database=address.database,
                ssl=address.tls,
                timeout=CONNECT_S,
                command_timeout=COMMAND_S,
            )
    except TimeoutError as error:
        raise DatabaseError(
            f"{address.host}:{address.port} did not answer within {CONNECT_S:.0f} s: is the "
            f"project paused, or a firewall in between?{_direct(address)}"
        ) from error
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseError(_explained(error, address)) from error


def _explained(error: Exception, address: Address) -> str:  # noqa: PLR0911 - a table of causes
    """Returns why a connection was not made, and what to do, in one line."""
    at = f"{address.host}:{address.port}"
    if isinstance(error, socket.gaierror):
        return f"the host {address.host} is not known: is DATABASE_URL right?{_direct(address)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {at} is not trusted ({error.verify_message}): set sslrootcert to "
            "the one that Supabase's dashboard offers under Database → SSL configuration"
        )
    if isinstance(error, OSError) and "SSL" in f"{type(error).__name__} {error}":
        return f"{at} does not speak TLS, without which no password is sent: {_line(error)}"
    if isinstance(error, ConnectionRefusedError):
        return f"nobody listens at {at}: is DATABASE_URL right, and the database running?"
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return f"{at} can't be reached from here ({_line(error)}).{_direct(address)}"
    if isinstance(error, asyncpg.InvalidPasswordError):
        return (
            f"{at} refused the password of {address.user}: reset it in Supabase's dashboard under "
            "Database → Settings, and put the new one into DATABASE_URL"
        )
    if "tenant" in str(error).lower():
        return (
            f"the pooler at {at} knows no {address.user}: copy DATABASE_URL again from {WHERE} "
            "(the user is postgres.{project}), and see whether the project is paused"
        )
    if isinstance(error, asyncpg.InvalidCatalogNameError):
        return f"{at} has no database {address.database}: Supabase's is postgres"
    if isinstance(error, asyncpg.TooManyConnectionsError) or "max clients" in str(error).lower():
        return f"{at} has no connection left: try again in a minute"
    return f"{at} can't be connected to: {_line(error)}"


def _direct(address: Address) -> str:
    if not address.is_direct:
        return ""
    return f" The direct connection has IPv6 only on the free plan: take the one of {WHERE}."


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
