"""The doctor on the settings, the clocks and the deployment itself."""

import time
from email.utils import formatdate

import httpx
import pytest

from common.version import VERSION
from deploy.doctor.clocks import judged
from local.serve import in_thread
from tests.deploy.doctor.conftest import CHECK, Doctor, unwell, well
from tests.deploy.doctor.otherwise import answering
from tests.stack import ORIGIN, Stack

CLOCKS = [name for name in CHECK if name.endswith(": clock")]


class TestSettings:
    def test_all_are_there(self, doctor: Doctor) -> None:
        """Those of the local stack."""
        well(doctor.finds("settings"))

    @pytest.mark.parametrize(
        "name",
        [
            *("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN", "SUPABASE_URL"),
            *("SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"),
            *("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"),
        ],
    )
    def test_needed(self, doctor: Doctor, name: str) -> None:
        """Each that nothing works without is named when it is missing."""
        doctor.set(**{name: " "})
        assert f"{name} is not set" in unwell(doctor.finds("settings"))

    @pytest.mark.parametrize(
        "name", ["SANGHA_OPS_KEY", "SANGHA_PUBLIC_URL", "SANGHA_ALLOWED_ORIGINS"]
    )
    def test_wanted(self, doctor: Doctor, name: str) -> None:
        """Each that something doesn't work without is a warning, which says what."""
        doctor.set(**{name: ""})
        assert f"{name} is not set: " in unwell(doctor.finds("settings"), "warning")

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("UPSTASH_REDIS_REST_URL", "rediss://x.upstash.io:6379", "must begin with https://"),
            ("UPSTASH_REDIS_REST_URL", "http://x.upstash.io", "everything would go in clear"),
            ("SUPABASE_URL", "abc.supabase.co", "must begin with https://"),
            ("SUPABASE_URL", "https://abc.supabase.co/rest/v1", "without a path"),
            ("LIVEKIT_URL", "https://x.livekit.cloud", "must begin with wss://"),
            ("LIVEKIT_URL", "ws://x.livekit.cloud", "everything would go in clear"),
            ("SANGHA_PUBLIC_URL", "https://[", "is no URL"),
            ("SANGHA_ALLOWED_ORIGINS", "*", "takes a list of origins, not *"),
            ("SANGHA_ALLOWED_ORIGINS", "https://a.example/app", "which is no origin"),
            ("SANGHA_ALLOWED_ORIGINS", "a.example", "which is no origin"),
            ("SANGHA_OPS_KEY", "short", "shorter than 16"),
            ("LIVEKIT_PREVIOUS_API_KEY", "old", "go together"),
        ],
    )
    def test_malformed(self, doctor: Doctor, name: str, value: str, said: str) -> None:
        """Each that can't be what it is for."""
        doctor.set(**{name: value})
        found = unwell(doctor.finds("settings"))
        assert said in found
        assert "SANGHA_OPS_KEY" not in name or value not in found.split()


class TestClocks:
    @pytest.mark.parametrize("check", CLOCKS)
    def test_in_step(self, doctor: Doctor, check: str) -> None:
        """One machine has one clock."""
        assert "in step" in well(doctor.finds(check))

    @pytest.mark.parametrize("check", CLOCKS)
    @pytest.mark.parametrize(
        ("ahead_s", "status", "said"),
        [
            (6, "warning", "s ahead"),
            (-6, "warning", "s behind"),
            (40, "failed", "s ahead"),
            (-40, "failed", "s behind"),
        ],
    )
    def test_out_of_step(
        self, doctor: Doctor, check: str, ahead_s: float, status: str, said: str
    ) -> None:
        """This machine's clock against each place's."""
        doctor.now = lambda: time.time() + ahead_s
        assert said in unwell(doctor.finds(check), status)

    def test_a_slow_answer_proves_nothing(self) -> None:
        """What may be the way there and back is not held against a clock."""
        assert judged(3.0, 2.0).status == "ok"
        assert judged(3.0, 0.5).status == "warning"
        assert judged(31.0, 0.5).status == "failed"

    def test_without_a_date(
        self, stack: Stack, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A place that tells no time is skipped."""
        assert stack.api.base_url

        async def undated(_client: object, url: str) -> httpx.Response:
            return httpx.Response(200, request=httpx.Request("GET", url))

        monkeypatch.setattr(httpx.AsyncClient, "get", undated)
        assert "no Date" in unwell(doctor.finds("upstash: clock"), "skipped")

    def test_their_clock(self, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
        """What counts is what the Date header says."""

        async def late(_client: object, url: str) -> httpx.Response:
            date = formatdate(time.time() - 100, usegmt=True)
            return httpx.Response(200, headers={"Date": date}, request=httpx.Request("GET", url))

        monkeypatch.setattr(httpx.AsyncClient, "get", late)
        found = unwell(doctor.finds("deployment: clock"))
        assert "this machine is 99." in found or "this machine is 100." in found

    @pytest.mark.parametrize("check", CLOCKS)
    def test_nobody_there(self, doctor: Doctor, check: str) -> None:
        """Nobody to ask."""
        names = {"upstash": "UPSTASH_REDIS_REST_URL", "deployment": "SANGHA_PUBLIC_URL"}
        place = check.partition(":")[0]
        scheme = "ws" if place == "livekit" else "http"
        doctor.set(**{names.get(place, f"{place.upper()}_URL"): f"{scheme}://127.0.0.1:1"})
        unwell(doctor.finds(check))


class TestDeployment:
    @pytest.mark.parametrize("check", ["version", "vendors", "ops key", "origins"])
    def test_all_is_well(self, doctor: Doctor, check: str) -> None:
        """On the healthy stack each passes."""
        well(doctor.finds(f"deployment: {check}"))

    @pytest.mark.parametrize("check", ["version", "vendors", "ops key", "origins"])
    def test_nobody_there(self, doctor: Doctor, check: str) -> None:
        """Nobody listens."""
        doctor.set(SANGHA_PUBLIC_URL="http://127.0.0.1:1")
        unwell(doctor.finds(f"deployment: {check}"))

    def test_another_version(self, doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
        """An older or newer deployment is a warning."""
        monkeypatch.setattr("deploy.doctor.deployment.VERSION", "9.9.9")
        found = unwell(doctor.finds("deployment: version"), "warning")
        assert f"{VERSION} is deployed, this checkout is 9.9.9" in found

    def test_something_else_there(self, doctor: Doctor) -> None:
        """A server without our health check."""
        with in_thread(answering({"/": {}})) as url:
            doctor.set(SANGHA_PUBLIC_URL=url)
            assert "/api/health answers 404" in unwell(doctor.finds("deployment: version"))

    @pytest.mark.parametrize("vendor", ["upstash", "supabase", "livekit"])
    def test_a_vendor_away(self, stack: Stack, doctor: Doctor, vendor: str) -> None:
        """One that the deployment can't reach is named, with its reason."""
        getattr(stack, vendor).set("status", status=503)
        named = "redis" if vendor == "upstash" else vendor
        assert f"{named}: " in unwell(doctor.finds("deployment: vendors"))

    def test_another_ops_key(self, doctor: Doctor) -> None:
        """A deployment with another ops key."""
        doctor.set(SANGHA_OPS_KEY="another-key-than-the-deployments")
        assert "another SANGHA_OPS_KEY" in unwell(doctor.finds("deployment: vendors"))

    def test_open_to_anybody(self, doctor: Doctor) -> None:
        """Who takes a made-up ops key."""
        with in_thread(answering({"/api/health": {"version": VERSION}})) as url:
            doctor.set(SANGHA_PUBLIC_URL=url)
            assert "a made-up ops key is answered 200" in unwell(
                doctor.finds("deployment: ops key")
            )

    def test_an_origin_that_is_not_deployed(self, doctor: Doctor) -> None:
        """An origin that the settings have and the deployment hasn't."""
        doctor.set(SANGHA_ALLOWED_ORIGINS=f"{ORIGIN}, https://new.example")
        found = unwell(doctor.finds("deployment: origins"))
        assert "https://new.example is not allowed" in found
        assert f"{ORIGIN} is not allowed" not in found

    def test_any_origin(self, doctor: Doctor) -> None:
        """A gateway that allows everybody."""
        with in_thread(answering({"/": {}}, any_origin=True)) as url:
            doctor.set(SANGHA_PUBLIC_URL=url)
            assert "any origin is allowed" in unwell(doctor.finds("deployment: origins"))

    @pytest.mark.parametrize("check", ["version", "vendors", "ops key", "origins"])
    def test_not_set(self, doctor: Doctor, check: str) -> None:
        """Without an address it is skipped."""
        doctor.set(SANGHA_PUBLIC_URL="")
        assert "not set" in unwell(doctor.finds(f"deployment: {check}"), "skipped")
