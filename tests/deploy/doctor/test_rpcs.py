"""What the doctor reads from the source is what is in the database."""

from deploy.doctor import rpcs
from tests.deploy.migrate import hosted as databases


def test_the_functions_that_are_called(migrated_dsn: str) -> None:
    """What is read from the source is what the migrations make for the API, all of it."""
    made = databases.fetch(
        migrated_dsn,
        "select array_agg(p.proname::text) from pg_proc as p "
        "where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' "
        "and (has_function_privilege('authenticated', p.oid, 'execute') "
        "or has_function_privilege('service_role', p.oid, 'execute'))",
    )
    assert rpcs.called() == set(made)


def test_what_they_require(migrated_dsn: str) -> None:
    """As the database has it."""
    for name, arguments in rpcs.required().items():
        required = databases.fetch(
            migrated_dsn,
            "select proargnames[1:pronargs - pronargdefaults] from pg_proc "
            "where proname = $1 and pronamespace = 'public'::regnamespace",
            name,
        )
        assert arguments == list(required or ()), name


def test_the_tables(migrated_dsn: str) -> None:
    """As the database has them."""
    query = "select array_agg(tablename::text) from pg_tables where schemaname = 'public'"
    assert rpcs.tables() == set(databases.fetch(migrated_dsn, query))
