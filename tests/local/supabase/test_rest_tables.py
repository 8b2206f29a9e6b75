"""Whole tables, as who asks may read them."""

import httpx
import pytest

from local.supabase.project import Project


def get(client: httpx.Client, table: str, **parameters: str) -> httpx.Response:
    """Reads a table without a user."""
    return client.get(f"/rest/v1/{table}", params=parameters)


def test_row_level_security_holds(
    supabase: Project, anon: httpx.Client, ann: dict[str, str]
) -> None:
    """The service sees every row, a user what the policies let them see, a stranger is refused."""
    secret = {"apikey": supabase.secret_key}
    anon.post("/rest/v1/rpc/write_note", json={"p_text": "of a table"}, headers=ann)
    everything = anon.get("/rest/v1/notes", headers=secret)
    assert everything.headers["content-type"].startswith("application/json")
    hers = anon.get("/rest/v1/notes?select=*", headers=ann).json()
    assert "of a table" in {note["text"] for note in hers}
    assert len(hers) <= len(everything.json())
    refused = get(anon, "notes", select="*", limit="1")
    assert (refused.status_code, refused.json()["code"]) == (401, "42501")


def test_limit(anon: httpx.Client, ann: dict[str, str]) -> None:
    """No more rows than asked for."""
    assert anon.get("/rest/v1/notes?limit=0", headers=ann).json() == []


def test_one_that_is_not_there(anon: httpx.Client) -> None:
    """A table that schema public doesn't have is 404 PGRST205."""
    answer = get(anon, "nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "PGRST205")


@pytest.mark.parametrize("parameters", [{"select": "id"}, {"id": "eq.1"}, {"limit": "x"}])
def test_filters(anon: httpx.Client, parameters: dict[str, str]) -> None:
    """What would be ignored is refused."""
    answer = get(anon, "notes", **parameters)
    assert (answer.status_code, answer.json()["code"]) == (400, "PGRST100")
