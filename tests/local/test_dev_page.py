"""`make dev` and its front end: what is said of it, and that it may call the API."""

from pathlib import Path

import pytest

from deploy.errors import DeployError
from local import addresses, dev
from local.addresses import Secrets
from local.parts import Part

KNOWN = Secrets(*(f"secret-{n}" for n in range(6)))
PARTS = ("valkey", "upstash", "postgres", "supabase", "livekit", "api", "web")


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SANGHA_ALLOWED_ORIGINS", "SANGHA_WEB_PORT", *addresses.REAL_ACCOUNTS):
        monkeypatch.delenv(name, raising=False)


def table(*names: str) -> list[str]:
    """Returns the lines that tell of these parts."""
    return dev.table(KNOWN, [Part(name, [], log=Path(f"{name}.log")) for name in names]).split("\n")


class TestTable:
    def test_the_page_is_the_first_thing_to_try(self) -> None:
        """Before anything to type."""
        lines = [line for line in table(*PARTS) if line]
        assert lines[len(PARTS) + 1] == "Open http://127.0.0.1:5173 and sign in with one click."

    def test_nobody_to_be(self) -> None:
        """With a real Supabase project one signs in as oneself."""
        assert "Open http://127.0.0.1:5173." in table("upstash", "valkey", "api", "web")

    def test_no_page(self) -> None:
        """It isn't named where there is none."""
        assert not any("5173" in line for line in table(*PARTS[:-1]))


def test_a_page_that_cannot_be_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said by name, with the reason, and the rest runs without it."""

    def fails(_progress: object) -> Path:
        raise DeployError("no `npm` on PATH: install Node 20.19 or newer")

    monkeypatch.setattr("local.web.build.built", fails)
    assert not dev.build_page()
    said = "  web       not started: no `npm` on PATH: install Node 20.19 or newer\n"
    assert capsys.readouterr().out == said


class TestOrigins:
    OURS = "http://127.0.0.1:5173,http://localhost:5173,http://127.0.0.1:5174"

    def test_the_page_may_call(self) -> None:
        """And Vite's, of `npm run dev`."""
        assert addresses.settings(KNOWN)["SANGHA_ALLOWED_ORIGINS"] == self.OURS

    def test_another_port(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """They follow the page."""
        monkeypatch.setenv("SANGHA_WEB_PORT", "6000")
        found = addresses.settings(KNOWN)["SANGHA_ALLOWED_ORIGINS"]
        assert found == self.OURS.replace("5173", "6000")

    def test_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Those of .env, which are a deployment's, stay, and ours come after them."""
        monkeypatch.setenv("SANGHA_ALLOWED_ORIGINS", "https://app.example, http://localhost:5173")
        assert addresses.settings(KNOWN)["SANGHA_ALLOWED_ORIGINS"] == (
            "https://app.example,http://localhost:5173,http://127.0.0.1:5173,http://127.0.0.1:5174"
        )
