"""Supabase's own JavaScript client against the stand-in."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.supabase import project
from local.supabase.project import Project

SCRIPT = Path(__file__).with_name("supabase.mjs")
MIGRATIONS = Path(__file__).parents[2] / "sql"
SCRIPT_SECONDS = 60.0
SCHEMA = """
create function public.whose(p_name text) returns jsonb language sql
as $$ select jsonb_build_object('name', p_name, 'user_id', auth.uid(), 'role', current_user) $$;
create function public.refuse() returns void language plpgsql as $$
begin
  raise sqlstate 'PT409' using message = 'taken', detail = 'Somebody was faster.';
end $$;
create function public.members_only() returns void language sql as $$ select 1 $$;
revoke all on function public.members_only() from public, anon;
create function public.say(p_topic text) returns void language sql security definer
as $$ select realtime.send('{}', 'two', p_topic, true) $$;
"""


@pytest.fixture(scope="module")
def supabase(postgres_port: int) -> Iterator[Project]:
    """A project with our migrations, whose policies say who joins a topic, and the schema above."""
    with project.running(postgres_port, migrations_folder=MIGRATIONS, sql=SCHEMA) as running:
        yield running


def test_javascript_client(node: str, node_modules: Path, supabase: Project) -> None:
    """What @supabase/supabase-js sends is understood, and what it is answered by it."""
    result = subprocess.run(
        [node, "--experimental-websocket", str(SCRIPT)],  # Node 20 has it behind the flag
        cwd=node_modules,
        env={
            **os.environ,
            "SUPABASE_URL": supabase.url,
            "SUPABASE_PUBLISHABLE_KEY": supabase.publishable_key,
            "SUPABASE_SECRET_KEY": supabase.secret_key,
        },
        capture_output=True,
        text=True,
        timeout=SCRIPT_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stderr
