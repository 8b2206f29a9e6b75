"""The doctor on Upstash: what passes, and each fault found by its check."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.doctor import upstash
from local.serve import in_thread
from tests.deploy.doctor.conftest import READ_ONLY_TOKEN, Doctor, unwell, well
from tests.deploy.doctor.otherwise import Command, developer_api, redis_that, without
from tests.stack import Stack

OWN = ("token", "fields with a TTL", "SET NX", "SET IFEQ")


@pytest.fixture(autouse=True)
def _nothing_is_left(stack: Stack) -> Iterator[None]:
    """However a check ends, it leaves no key."""
    yield
    assert stack.valkey.keys("*") == []


@pytest.mark.parametrize("check", [*OWN, "latency", "eviction"])
def test_all_is_well(doctor: Doctor, check: str) -> None:
    """On the healthy stack each passes."""
    well(doctor.finds(f"upstash: {check}"))


def test_what_it_spends(stack: Stack, doctor: Doctor) -> None:
    """All of Upstash's checks together bill few commands."""
    for check in (*OWN, "latency", "eviction"):
        doctor.finds(f"upstash: {check}")
    assert stack.billed() <= 31


@pytest.mark.parametrize("check", OWN)
class TestToken:
    def test_wrong(self, doctor: Doctor, check: str) -> None:
        """A token that isn't the database's."""
        doctor.set(UPSTASH_REDIS_REST_TOKEN="another-token")
        assert "the token is refused → copy URL and token" in unwell(
            doctor.finds(f"upstash: {check}")
        )

    def test_read_only(self, doctor: Doctor, upstash_url: str, check: str) -> None:
        """The read-only token."""
        doctor.set(UPSTASH_REDIS_REST_URL=upstash_url, UPSTASH_REDIS_REST_TOKEN=READ_ONLY_TOKEN)
        assert "the read-only one" in unwell(doctor.finds(f"upstash: {check}"))

    @pytest.mark.parametrize(
        ("mode", "said"),
        [
            ("quota", "commands are spent"),
            ("garbage", "no sensible answer"),
            ("status", "injected 500"),
            ("refuse", "no sensible answer"),
            ("hang", "no answer within 1 s"),
        ],
    )
    def test_vendor(self, stack: Stack, doctor: Doctor, check: str, mode: str, said: str) -> None:
        """A month that is spent, an outage, a hang, nonsense."""
        doctor.deadline_s = 1
        stack.upstash.set(mode)
        assert said in unwell(doctor.finds(f"upstash: {check}"))

    def test_not_set(self, doctor: Doctor, check: str) -> None:
        """Without a token there is nothing to examine, and that is said."""
        doctor.set(UPSTASH_REDIS_REST_TOKEN="")
        assert "UPSTASH_REDIS_REST_TOKEN not set" in unwell(
            doctor.finds(f"upstash: {check}"), "skipped"
        )


def no_field_ttl(command: Command) -> Command:
    """HSETEX keeps the field, and forgets its TTL."""
    return ["HSET", *command[1:2], *command[-2:]] if "EX" in command[:5] else command


def eternal(command: Command) -> Command:
    """A field's TTL is much longer than was asked for."""
    if command[0] != "HSETEX":
        return command
    seconds = command.index("EX") + 1
    return [*command[:seconds], 3600, *command[seconds + 1 :]]


class TestCommands:
    @pytest.mark.parametrize(
        ("check", "twist", "said"),
        [
            ("SET NX", without("NX"), "SET NX of a key that is there answered 'OK', not None"),
            ("SET IFEQ", without("IFEQ"), "SET IFEQ of no key answered 'OK', not None"),
            ("fields with a TTL", without("FNX"), "HSETEX FNX of a field that is there answered 1"),
            ("fields with a TTL", without("FXX"), "HSETEX FXX of no field answered 1"),
            ("fields with a TTL", no_field_ttl, "answered"),
            ("fields with a TTL", eternal, "HTTL answered [3600, 3600]"),
        ],
    )
    def test_a_redis_that_does_otherwise(
        self, stack: Stack, doctor: Doctor, check: str, twist: Any, said: str
    ) -> None:
        """What isn't conditional, or keeps no TTL, is found and named."""
        with in_thread(redis_that(twist, stack.upstash_url)) as url:
            doctor.set(UPSTASH_REDIS_REST_URL=url)
            assert said in unwell(doctor.finds(f"upstash: {check}"))

    def test_a_field_that_outlives_its_ttl(
        self, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A field that is still there after its TTL is found: here, because nobody waits."""
        monkeypatch.setattr(upstash, "EXPIRED_AFTER_S", 0)
        found = unwell(doctor.finds("upstash: fields with a TTL"))
        assert "HGETALL after a field's TTL answered {'a': '', 'b': '1'}" in found


class TestLatency:
    def test_far_away(self, stack: Stack, doctor: Doctor) -> None:
        """A region far away is a warning."""
        stack.upstash.set("delay", ms=120)
        assert "same" in unwell(doctor.finds("upstash: latency"), "warning")

    def test_refused(self, doctor: Doctor) -> None:
        """A wrong token is told as that."""
        doctor.set(UPSTASH_REDIS_REST_TOKEN="another-token")
        assert "the token is refused" in unwell(doctor.finds("upstash: latency"))


class TestEviction:
    def test_on_by_the_database(self, stack: Stack, doctor: Doctor) -> None:
        """A policy that throws keys out is found in INFO."""
        stack.valkey.config_set("maxmemory-policy", "allkeys-lru")
        try:
            assert "eviction is on" in unwell(doctor.finds("upstash: eviction"))
        finally:
            stack.valkey.config_set("maxmemory-policy", "noeviction")

    def test_not_told(self, stack: Stack, doctor: Doctor) -> None:
        """A database that doesn't say is skipped, with what to set."""
        with in_thread(redis_that(lambda _: ["INFO", "server"], stack.upstash_url)) as url:
            doctor.set(UPSTASH_REDIS_REST_URL=url)
            found = unwell(doctor.finds("upstash: eviction"), "skipped")
        assert "set UPSTASH_EMAIL and UPSTASH_API_KEY" in found


class TestAccount:
    """Upstash's Developer API."""

    @pytest.fixture(autouse=True)
    def _account(self, doctor: Doctor) -> None:
        doctor.set(UPSTASH_EMAIL="me@example.com", UPSTASH_API_KEY="api-key")

    def finds(self, doctor: Doctor, check: str, requests: int = 0, **database: Any) -> Any:
        """Carries a check out with an account that has this database."""
        known = {"database_id": "96ad0856", "endpoint": "127.0.0.1", "type": "free"} | database
        with in_thread(developer_api(known, requests)) as url:
            doctor.developer_api = f"{url}/v2"
            return doctor.finds(f"upstash: {check}")

    def test_quota(self, doctor: Doctor) -> None:
        """What is spent of the free plan."""
        assert well(self.finds(doctor, "quota", 50_000)) == (
            "50,000 of 500,000 commands this month (10%)"
        )

    @pytest.mark.parametrize(
        ("requests", "status"), [(350_000, "ok"), (355_000, "warning"), (455_000, "failed")]
    )
    def test_quota_nearly_spent(self, doctor: Doctor, requests: int, status: str) -> None:
        """Over 70 % is a warning, over 90 % a failure."""
        assert self.finds(doctor, "quota", requests).outcome.status == status

    def test_quota_by_the_databases_own_limit(self, doctor: Doctor) -> None:
        """The limit that the API tells is the one that counts."""
        result = self.finds(doctor, "quota", 950, db_request_limit=1000)
        assert "950 of 1,000 commands this month (95%)" in unwell(result)

    def test_quota_of_a_plan_without_one(self, doctor: Doctor) -> None:
        """Pay as you go has no end."""
        found = well(self.finds(doctor, "quota", 9_000_000, type="paygo"))
        assert "the plan has no limit" in found

    def test_another_accounts(self, doctor: Doctor) -> None:
        """A database that the account doesn't have."""
        result = self.finds(doctor, "quota", endpoint="elsewhere.upstash.io")
        assert "has no database at 127.0.0.1" in unwell(result)

    def test_wrong_key(self, doctor: Doctor) -> None:
        """An API key that is refused."""
        doctor.set(UPSTASH_API_KEY="another-key")
        assert "refuses the e-mail or the API key" in unwell(self.finds(doctor, "quota"))

    def test_eviction(self, doctor: Doctor) -> None:
        """What the account says of it."""
        well(self.finds(doctor, "eviction", eviction=False))
        assert "eviction is on" in unwell(self.finds(doctor, "eviction", eviction=True))

    def test_no_account(self, doctor: Doctor) -> None:
        """Without an API key it is skipped by name, saying how."""
        doctor.set(UPSTASH_API_KEY="")
        assert "set UPSTASH_EMAIL and UPSTASH_API_KEY" in unwell(
            doctor.finds("upstash: quota"), "skipped"
        )
