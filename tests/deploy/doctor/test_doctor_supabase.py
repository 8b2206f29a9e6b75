"""The doctor on Supabase: what passes, and each fault found by its check."""

from collections.abc import Callable

import jwt
import pytest

from deploy.doctor import supabase_keys
from local.serve import in_thread
from tests.deploy.doctor.conftest import CHECK, Doctor, unwell, well
from tests.deploy.doctor.otherwise import answering
from tests.stack import PUBLISHABLE_KEY, SECRET_KEY, Stack

NAMES = [name for name in CHECK if name.startswith("supabase: ") and not name.endswith("clock")]


def legacy(role: str, ref: str = "abc") -> str:
    """Returns a legacy API key."""
    return jwt.encode(
        {"iss": "supabase", "ref": ref, "role": role}, "any-secret-of-more-than-32-characters"
    )


@pytest.mark.parametrize("check", NAMES)
def test_all_is_well(doctor: Doctor, check: str) -> None:
    """On the healthy stack each passes."""
    well(doctor.finds(check))


class TestKinds:
    @pytest.mark.parametrize(
        ("slot", "key", "said"),
        [
            ("SUPABASE_PUBLISHABLE_KEY", SECRET_KEY, "holds a key of the kind secret"),
            ("SUPABASE_PUBLISHABLE_KEY", legacy("service_role"), "of the kind service_role"),
            ("SUPABASE_SECRET_KEY", PUBLISHABLE_KEY, "of the kind publishable"),
            ("SUPABASE_SECRET_KEY", legacy("anon"), "of the kind anon"),
            ("SUPABASE_SECRET_KEY", "nonsense", "of the kind unknown"),
        ],
    )
    def test_the_wrong_place(self, doctor: Doctor, slot: str, key: str, said: str) -> None:
        """A key of another kind than its slot's is found by what it says of itself."""
        doctor.set(**{slot: key})
        assert said in unwell(doctor.finds("supabase: kinds of keys"))

    def test_legacy_keys(self, doctor: Doctor) -> None:
        """Legacy keys in their places are a warning: they will be retired."""
        doctor.set(
            SUPABASE_PUBLISHABLE_KEY=legacy("anon"), SUPABASE_SECRET_KEY=legacy("service_role")
        )
        found = unwell(doctor.finds("supabase: kinds of keys"), "warning")
        assert "retired by the end of 2026" in found

    def test_another_projects(self, doctor: Doctor) -> None:
        """A legacy key says whose it is."""
        doctor.set(
            SUPABASE_URL="https://xyz.supabase.co", SUPABASE_PUBLISHABLE_KEY=legacy("anon", "abc")
        )
        assert "of the project abc" in unwell(doctor.finds("supabase: kinds of keys"))

    @pytest.mark.parametrize(
        ("make", "kind"),
        [
            (lambda: "sb_secret_x", "secret"),
            (lambda: legacy("anon"), "anon"),
            (lambda: "", "unknown"),
        ],
    )
    def test_kinds(self, make: Callable[[], str], kind: str) -> None:
        """By the prefix, or by the role in a legacy one."""
        assert supabase_keys.kind(make()) == kind


class TestKeys:
    @pytest.mark.parametrize(
        ("slot", "key"),
        [
            ("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_another"),
            ("SUPABASE_SECRET_KEY", "sb_secret_another"),
        ],
    )
    def test_another(self, doctor: Doctor, slot: str, key: str) -> None:
        """A key of the right kind that isn't this project's is named."""
        doctor.set(**{slot: key})
        assert f"{slot} is refused" in unwell(doctor.finds("supabase: keys"))

    def test_paused(self, stack: Stack, doctor: Doctor) -> None:
        """A project that does not answer as one."""
        stack.supabase.set("status", status=540)
        assert "is the project paused" in unwell(doctor.finds("supabase: keys"))


class TestSigningKeys:
    def finds(self, doctor: Doctor, *kinds: str) -> tuple[str, str]:
        """Examines a project that signs with keys of these kinds."""
        keys = {"keys": [{"kty": kind, "kid": kind} for kind in kinds]}
        with in_thread(answering({"/auth/v1/.well-known/jwks.json": keys})) as url:
            doctor.set(SUPABASE_URL=url)
            outcome = doctor.finds("supabase: signing keys").outcome
        return str(outcome.status), outcome.found

    def test_none(self, doctor: Doctor) -> None:
        """Without a key and without the legacy secret nobody can be verified."""
        doctor.set(SUPABASE_JWT_SECRET="")
        assert self.finds(doctor)[0] == "failed"
        assert self.finds(doctor, "OKP", "oct")[0] == "failed"

    def test_the_legacy_secret(self, doctor: Doctor) -> None:
        """With the secret they can, and it is a warning."""
        assert self.finds(doctor)[0] == "warning"

    @pytest.mark.parametrize(("kind", "algorithm"), [("EC", "ES256"), ("RSA", "RS256")])
    def test_one(self, doctor: Doctor, kind: str, algorithm: str) -> None:
        """One key of a kind that we verify is enough."""
        status, found = self.finds(doctor, kind)
        assert status == "ok"
        assert algorithm in found


class TestRealtime:
    def test_broadcast_with_another_key(self, doctor: Doctor) -> None:
        """A key that Realtime refuses."""
        doctor.set(SUPABASE_SECRET_KEY="sb_secret_another")
        assert "is SUPABASE_SECRET_KEY right" in unwell(doctor.finds("supabase: broadcast"))

    def test_broadcast_away(self, stack: Stack, doctor: Doctor) -> None:
        """Realtime away."""
        stack.supabase.set("status", path="/realtime", status=503)
        assert "503" in unwell(doctor.finds("supabase: broadcast"))

    def test_no_websocket(self, doctor: Doctor) -> None:
        """A WebSocket that is refused."""
        doctor.set(SUPABASE_PUBLISHABLE_KEY="sb_publishable_another")
        assert "no WebSocket" in unwell(doctor.finds("supabase: private topics"))

    def test_nobody_there(self, doctor: Doctor) -> None:
        """Nobody listens."""
        doctor.set(SUPABASE_URL="http://127.0.0.1:1")
        unwell(doctor.finds("supabase: private topics"))

    def test_what_it_broadcasts(self, stack: Stack, doctor: Doctor) -> None:
        """One empty message, on a topic of its own."""
        well(doctor.finds("supabase: broadcast"))
        (said,) = stack.broadcasts()
        assert said["topic"].startswith("sangha-doctor:")
        assert said["private"] is True


@pytest.mark.parametrize("check", ["keys", "signing keys", "functions", "tables", "broadcast"])
@pytest.mark.parametrize("mode", ["hang", "garbage", "refuse"])
def test_vendor(stack: Stack, doctor: Doctor, check: str, mode: str) -> None:
    """A hang, nonsense and an outage are failures, each within its deadline."""
    doctor.deadline_s = 1
    stack.supabase.set(mode)
    unwell(doctor.finds(f"supabase: {check}"))
