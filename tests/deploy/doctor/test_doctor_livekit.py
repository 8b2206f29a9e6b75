"""The doctor on LiveKit, from its keys to the webhook's trace in Redis."""

import time
from typing import Any

import pytest

from deploy.doctor import webhook
from deploy.doctor.livekit import EMPTY_S
from local.livekit.rooms import LiveRoom
from tests.deploy.doctor.conftest import Doctor, unwell, well
from tests.stack import Stack

CHECKS = ("keys", "rooms")


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WAITS_S", (0.1, 0.2))


@pytest.mark.parametrize("check", CHECKS)
class TestAsked:
    def test_all_is_well(self, stack: Stack, doctor: Doctor, check: str) -> None:
        """On the healthy stack each passes, and leaves no room."""
        well(doctor.finds(f"livekit: {check}"))
        assert stack.simulator.rooms == {}

    def test_another_key(self, doctor: Doctor, check: str) -> None:
        """A key that the project doesn't have."""
        doctor.set(LIVEKIT_API_KEY="another")
        assert "LIVEKIT_API_KEY is none of this project's" in unwell(
            doctor.finds(f"livekit: {check}")
        )

    def test_another_secret(self, doctor: Doctor, check: str) -> None:
        """A secret that isn't the key's; the token in LiveKit's answer is not repeated."""
        doctor.set(LIVEKIT_API_SECRET="another-secret-of-more-than-32-characters")
        found = unwell(doctor.finds(f"livekit: {check}"))
        assert "LIVEKIT_API_SECRET is refused" in found
        assert "eyJ" not in found

    @pytest.mark.parametrize("hours", [-2, 7])  # its client's tokens are good for 6
    def test_a_wrong_clock(self, stack: Stack, doctor: Doctor, check: str, hours: int) -> None:
        """A token that is too old or too young there is told as a wrong clock."""
        stack.simulator.clock = lambda: int((time.time() + hours * 3600) * 1000)
        assert "this machine's clock is wrong" in unwell(doctor.finds(f"livekit: {check}"))

    @pytest.mark.parametrize(
        ("mode", "said"),
        [
            ("status", "LiveKit answered 500"),
            ("hang", "no answer within 1 s"),
            ("refuse", "no sensible answer"),
        ],
    )
    def test_vendor(self, stack: Stack, doctor: Doctor, check: str, mode: str, said: str) -> None:
        """An outage and a hang."""
        doctor.deadline_s = 1
        stack.livekit.set(mode)
        assert said in unwell(doctor.finds(f"livekit: {check}"))

    def test_not_set(self, doctor: Doctor, check: str) -> None:
        """Without a secret it is skipped."""
        doctor.set(LIVEKIT_API_SECRET="")
        assert "LIVEKIT_API_SECRET not set" in unwell(doctor.finds(f"livekit: {check}"), "skipped")


class _Forgetful(dict[str, LiveRoom]):
    """Rooms that can be had by name, and are on no list."""

    def values(self) -> Any:
        """Returns none of them."""
        return ()


class TestRooms:
    def test_not_made(self, stack: Stack, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
        """A room that is not there after it was made."""
        monkeypatch.setattr(stack.simulator, "rooms", _Forgetful())
        assert "is not listed" in unwell(doctor.finds("livekit: rooms"))

    def test_not_ended(self, stack: Stack, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
        """A room that is still there after it was ended; it ends by itself, as was asked."""
        asked: list[int] = []
        create = stack.simulator.create_room

        def noted(name: str, **settings: Any) -> Any:
            asked.append(settings["empty_timeout"])
            return create(name, **settings)

        monkeypatch.setattr(stack.simulator, "create_room", noted)
        monkeypatch.setattr(stack.simulator, "finish_room", lambda _room: [])
        assert "is still listed" in unwell(doctor.finds("livekit: rooms"))
        assert asked == [EMPTY_S]


class TestWebhook:
    @pytest.mark.usefixtures("webhooks")
    def test_it_arrives(self, stack: Stack, doctor: Doctor) -> None:
        """LiveKit's webhook is in Redis within seconds; nothing is left in either."""
        assert "was in Redis after about 0." in well(doctor.finds("livekit: webhook"))
        assert stack.valkey.keys("*") == []
        assert stack.simulator.rooms == {}

    @pytest.mark.usefixtures("_impatient")
    def test_none_is_set_up(self, stack: Stack, doctor: Doctor) -> None:
        """Without a webhook it says where to set it up, and with which address."""
        found = unwell(doctor.finds("livekit: webhook"))
        assert "no webhook of LiveKit's came to this Redis" in found
        assert f"{stack.api.base_url}/api/livekit/webhook" in found
        assert stack.simulator.rooms == {}

    @pytest.mark.usefixtures("webhooks", "_impatient")
    def test_signed_by_another_key(self, stack: Stack, doctor: Doctor) -> None:
        """A webhook that the deployment refuses does not arrive."""
        before, stack.simulator.api_key = stack.simulator.api_key, "another"
        doctor.set(LIVEKIT_API_KEY="another")
        try:
            unwell(doctor.finds("livekit: webhook"))
        finally:
            stack.simulator.api_key = before

    @pytest.mark.usefixtures("webhooks")
    def test_redis_away(self, stack: Stack, doctor: Doctor) -> None:
        """Redis away is told as that."""
        stack.upstash.set("status")
        unwell(doctor.finds("livekit: webhook"))
        assert stack.simulator.rooms == {}

    def test_not_set(self, doctor: Doctor) -> None:
        """Without an address of the deployment it is skipped."""
        doctor.set(SANGHA_PUBLIC_URL="")
        assert "SANGHA_PUBLIC_URL not set" in unwell(doctor.finds("livekit: webhook"), "skipped")
