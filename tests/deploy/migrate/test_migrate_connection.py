"""`make migrate` that can't connect: one line says why and what to do, and never the password."""

import asyncio
import socket
import time
from collections.abc import Iterator

import asyncpg
import pytest

from deploy import database, migrate
from deploy.connection_string import DatabaseError, parse
from local.serve import free_port
from tests.deploy.migrate.conftest import Run
from tests.deploy.migrate.hosted import PASSWORD, Project

POOLER = "aws-0-eu-central-1.pooler.supabase.com"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.database.CONNECT_S", 1.0)


@pytest.fixture
def silent() -> Iterator[int]:
    """Port of a server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class TestAddress:
    @pytest.mark.parametrize("environ", [{}, {"DATABASE_URL": "  "}])
    def test_missing(self, environ: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        """Without DATABASE_URL it says where the dashboard has it."""
        assert migrate.main([], environ) == 1
        said = capsys.readouterr().err
        assert "DATABASE_URL is not set" in said
        assert "Connect → Session pooler (port 5432, IPv4;" in said
        assert len(said.splitlines()) == 1

    def test_the_transaction_pooler(self, run: Run) -> None:
        """Port 6543 is refused without a connection: no lock can be held there."""
        line = run.refused(f"postgresql://postgres.abc:{PASSWORD}@{POOLER}:6543/postgres")
        assert "the transaction pooler (port 6543), where no lock can be held" in line
        assert "session pooler's (port 5432)" in line

    def test_the_placeholder(self, run: Run) -> None:
        """A password that was never filled in is told as that."""
        line = run.refused(f"postgresql://postgres.abc:[YOUR-PASSWORD]@{POOLER}:5432/postgres")
        assert "[YOUR-PASSWORD]" in line

    @pytest.mark.parametrize(
        "url",
        [
            "https://abc.supabase.co",
            f"postgresql://postgres:{PASSWORD}",
            f"postgresql://u:{PASSWORD}@{POOLER}:99999/x",
            f"postgresql://u:{PASSWORD}@{POOLER}:5432/x?pgbouncer=true",
            f"postgresql://u:{PASSWORD}@{POOLER}:5432/x?sslmode=verify-full&sslrootcert=/none",
        ],
    )
    def test_what_is_none(self, run: Run, url: str) -> None:
        """Another URL, no host, no port, options of others, no certificate there."""
        assert run.refused(url)

    @pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
    def test_no_tls_to_another_machine(self, run: Run, mode: str) -> None:
        """A sslmode that may send the password in clear is refused for all but this machine."""
        url = f"postgresql://u:{PASSWORD}@{POOLER}:5432/postgres?sslmode={mode}"
        assert "is another machine" in run.refused(url)

    def test_tls_is_required_elsewhere(self) -> None:
        """Another machine needs TLS even where nothing says so; this one may do without."""
        assert parse(f"postgresql://u:x@{POOLER}/p").tls == "require"
        assert parse("postgresql://u:x@[::1]:5432/p").tls == "prefer"
        assert parse("postgresql://u:x@localhost/p?sslmode=require").tls == "require"

    @pytest.mark.parametrize("password", ["plain", "p@ss:w/rd?#%", "a b"])
    def test_any_password(self, password: str) -> None:
        """A password needs no percent-encoding, whatever it has; repr does not show it."""
        address = parse(f"postgresql://postgres.abc:{password}@{POOLER}:5432/postgres")
        assert (address.user, address.password) == ("postgres.abc", password)
        assert (address.host, address.port, address.database) == (POOLER, 5432, "postgres")
        assert password not in repr(address) + str(address)


class TestNobodyThere:
    def test_wrong_password(self, project: Project, run: Run) -> None:
        """It says whose, where to reset it, and doesn't repeat it."""
        line = run.refused(project.url.replace(PASSWORD, "another-password"))
        assert f"{project.host} refused the password of hosted_" in line
        assert "reset it in Supabase's dashboard" in line
        assert "another-password" not in line

    def test_nobody_listens(self, run: Run) -> None:
        """Refused at once, with the address."""
        port = free_port()
        line = run.refused(f"postgresql://u:{PASSWORD}@127.0.0.1:{port}/postgres")
        assert line.startswith(f"nobody listens at 127.0.0.1:{port}")

    def test_unknown_host(self, run: Run) -> None:
        """A host without an address; for the direct one, why, and what to take."""
        line = run.refused(f"postgresql://postgres:{PASSWORD}@db.abc.supabase.co.invalid/postgres")
        assert "the host db.abc.supabase.co.invalid is not known" in line

    def test_a_host_that_hangs(self, silent: int, run: Run) -> None:
        """A server that accepts and never answers is given up after the deadline."""
        began = time.monotonic()
        line = run.refused(f"postgresql://u:{PASSWORD}@127.0.0.1:{silent}/postgres")
        assert f"127.0.0.1:{silent} did not answer within 1 s" in line
        assert time.monotonic() - began < 5

    def test_no_tls_there(self, project: Project, run: Run) -> None:
        """Where TLS is asked for and not spoken, no password is sent."""
        line = run.refused(f"{project.url}?sslmode=require")
        assert line.startswith(f"{project.host} does not speak TLS")

    def test_no_such_database(self, project: Project, run: Run) -> None:
        """It says which one a project has."""
        line = run.refused(project.url.replace(f"/{project.name}", "/nowhere"))
        assert "has no database nowhere: Supabase's is postgres" in line

    def test_it_may_not_write(self, project: Project, run: Run) -> None:
        """A role without the right to make a schema is refused by the server in one line."""
        project.fetch(f"alter database {project.name} owner to postgres")
        line = run.refused(project.url)
        assert "permission denied for database" in line


class TestWords:
    """What can't be had here: errors as the poolers and the network raise them."""

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (OSError(101, "Network is unreachable"), "The direct connection has IPv6 only"),
            (socket.gaierror(-2, "Name or service not known"), "has IPv6 only on the free plan"),
            (TimeoutError(), "has IPv6 only on the free plan"),
            (asyncpg.InternalServerError("Tenant or user not found"), "the pooler at"),
            (
                asyncpg.InternalServerError("MaxClientsInSessionMode: max clients reached"),
                "has no connection left",
            ),
            (asyncpg.CannotConnectNowError("the database\nis starting up"), "starting up"),
        ],
    )
    def test_each_is_one_line(
        self, error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The direct host's lack of IPv4, a pooler's unknown project, too many clients."""

        async def fails(**_options: object) -> None:
            raise error

        monkeypatch.setattr("asyncpg.connect", fails)

        async def connect() -> None:
            async with database.connected(f"postgresql://u:{PASSWORD}@db.abc.supabase.co/postgres"):
                pass

        with pytest.raises(DatabaseError) as refusal:
            asyncio.run(connect())
        assert said in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert PASSWORD not in str(refusal.value)
