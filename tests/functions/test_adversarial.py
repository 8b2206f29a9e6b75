"""What a hostile client, a wrong vendor or an unlucky host sends, and what comes of it."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from common import auth, livekit, reconciler
from common.errors import Unavailable
from common.gateway import Gateway
from common.settings import SettingError, Settings, settings
from local.community import LOUNGE, PEOPLE, ROOM
from tests.problems import assert_problem
from tests.stack import JWT_SECRET, LIVEKIT_ROOM, OPS_KEY, Stack, now_ms
from tests.voice import comes

KEY = f"voice:{ROOM}"
OPS = {"Authorization": f"Bearer {OPS_KEY}"}
Set = Callable[[str, str], None]


@pytest.fixture
def setting(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets one variable for this test."""

    def put(name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield put
    monkeypatch.undo()
    settings.cache_clear()


def unsigned(header: str, claims: str = "{}") -> str:
    """A JWT of this header and these claims, with a signature that is none."""
    parts = (header.encode(), claims.encode(), b"signature")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def read(stack: Stack, token: str) -> httpx.Response:
    """Asks who is in the demo community with this access token."""
    headers = {"Authorization": f"Bearer {token}"}
    return stack.api.get(f"/api/livekit/participants?room_id={ROOM}", headers=headers)


def signed(stack: Stack, body: bytes) -> httpx.Response:
    """Posts a webhook that LiveKit signed, whatever it says."""
    return stack.post_webhook(body, stack.simulator.sign(body))


def reconcile(stack: Stack) -> httpx.Response:
    """Reconciles the demo community."""
    return stack.api.post("/api/livekit/reconcile", json={"room_id": str(ROOM)}, headers=OPS)


def joined(**participant: Any) -> dict[str, Any]:
    """A participant_joined event of the Lounge."""
    info = {"sid": "PA_1", "identity": "ada", "name": "Ada", "joinedAtMs": str(now_ms())}
    room = {"sid": "RM_1", "name": LIVEKIT_ROOM}
    return {"event": "participant_joined", "room": room, "participant": info | participant}


class TestTokens:
    @pytest.mark.parametrize(
        "header",
        [
            '{"alg": []}',
            '{"alg": {}}',
            '{"alg": null}',
            '{"alg": "\\ud800"}',
            '{"alg": "ES256", "kid": []}',
            '{"alg": "ES256", "kid": "\\ud800"}',
            '{"alg": "ES256", "crit": ["x"]}',
            "[]",
            "[" * 20_000,
        ],
        ids=lambda header: header[:40],
    )
    def test_a_header_of_odd_content(self, stack: Stack, header: str) -> None:
        """A JWT header of any content is a 401, never a fault of ours."""
        answer = read(stack, unsigned(header))
        assert answer.status_code == 401, answer.text
        assert_problem(answer, 401, answer.json()["code"])

    @pytest.mark.parametrize("claims", ["[" * 20_000, '{"iss": []}', '{"iss": "\\ud800"}', "5"])
    def test_a_webhook_token_of_odd_claims(self, stack: Stack, claims: str) -> None:
        """Claims of any content that LiveKit did not sign are a 401."""
        token = unsigned('{"alg": "HS256"}', claims)
        assert_problem(stack.post_webhook(b"{}", token), 401, "signature_invalid")

    def test_other_spellings_of_valid_claims(self, stack: Stack) -> None:
        """An audience in a list and an expiry with a fraction are what the standard allows."""
        claims = {
            "sub": str(PEOPLE["member"]),
            "role": "authenticated",
            "aud": ["other", "authenticated"],
            "iss": f"{stack.supabase_url}/auth/v1",
            "exp": time.time() + 600.5,
        }
        assert read(stack, jwt.encode(claims, JWT_SECRET)).status_code == 200

    @pytest.mark.parametrize(
        "key",
        [
            {"kty": "oct", "k": "AAAA"},
            {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"},
            {"kty": "EC"},
            {"kty": []},
            {},
        ],
        ids=str,
    )
    def test_a_published_key_of_no_use(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch, key: dict[str, Any]
    ) -> None:
        """A token that names a key that can't verify it is a 401."""

        async def key_set() -> list[dict[str, Any]]:
            return [key | {"kid": "odd"}]

        monkeypatch.setattr(auth, "fetch_key_set", key_set)
        assert read(stack, unsigned('{"alg": "ES256", "kid": "odd"}')).status_code == 401

    @pytest.mark.usefixtures("impatient")
    def test_an_auth_server_that_hangs_makes_no_queue(self, stack: Stack) -> None:
        """With no keys known, ten callers at once wait for one deadline, not one after another."""
        token = stack.token("member")
        stack.supabase.set("hang", path="/auth")

        async def ten() -> list[Any]:
            calls = (auth.verify(token) for _ in range(10))
            return await asyncio.gather(*calls, return_exceptions=True)

        began = time.monotonic()
        assert all(isinstance(answer, Unavailable) for answer in asyncio.run(ten()))
        assert time.monotonic() - began < 1.5  # ten deadlines would be 3 s


ODD_PARTICIPANTS: list[dict[str, Any]] = [
    {"kind": None},
    {"name": "\ud800"},
    {"identity": []},
    {"sid": 5},
    {"attributes": None},
    {"permission": None},
    {"joinedAtMs": "soon"},
    {"joinedAtMs": float("inf")},
]


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b'{"room_name": "\\ud800"}',
            b'{"participant_identity": "\\ud800"}',
            b'{"participant_attributes": {"\\ud800": 5}}',
            b'{"room_name": "a\\u0000b"}',
            b'{"room_name": 1' + b"0" * 5000 + b"}",
            b"[" * 100_000,
            b"\xff\xfe",
            b"null",
        ],
        ids=lambda body: str(body[:30]),
    )
    def test_odd_json(self, stack: Stack, body: bytes) -> None:
        """Whatever a token request says, it is the caller's fault."""
        headers = stack.bearer("member") | {"Content-Type": "application/json"}
        answer = stack.api.post("/api/livekit/token", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text
        assert_problem(answer, answer.status_code, answer.json()["code"])

    @pytest.mark.parametrize(
        "body",
        [
            b"[" * 100_000,
            b"\xff",
            b'{"event": "\\ud800"}',
            *(json.dumps(joined(**odd)).encode() for odd in ODD_PARTICIPANTS),
        ],
        ids=["deep", "no text", "surrogate", *map(str, ODD_PARTICIPANTS)],
    )
    def test_signed_and_odd(self, stack: Stack, body: bytes) -> None:
        """What LiveKit signed is acknowledged however odd, and hides nobody who is there."""
        stack.deliver(stack.join("member")[-1])
        assert signed(stack, body).status_code == 200
        assert "Member" in stack.names()

    def test_byte_by_byte(self) -> None:
        """A body that comes byte by byte costs time in proportion to its size."""
        pending = 20_000

        async def receive() -> dict[str, Any]:
            nonlocal pending
            pending -= 1
            return {"type": "http.request", "body": b"x", "more_body": pending > 0}

        began = time.thread_time()
        assert serve(receive) == [b"x" * 20_000]
        assert time.thread_time() - began < 2  # its square is half a minute

    def test_a_caller_who_hangs_up(self) -> None:
        """Half a body is never given to an endpoint as if it were whole: none means everything."""
        messages = [{"type": "http.request", "body": b"", "more_body": True}]

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else {"type": "http.disconnect"}

        assert serve(receive) == []


def serve(receive: Any) -> list[bytes]:
    """Passes one request through the gateway; returns the bodies that its app was given."""
    given: list[bytes] = []

    async def app(_scope: Any, app_receive: Any, _send: Any) -> None:
        message = await app_receive()
        if message["type"] == "http.request":
            given.append(message["body"])

    async def send(_message: Any) -> None:
        """Nobody listens."""

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    asyncio.run(Gateway(app)(scope, receive, send))
    return given


GRACE = '{"r":"RM_9","i":"grace","n":"Grace","t":%s,"k":%s,"a":{}%s}'
BAD_FIELDS = {
    "not JSON": (f"{LOUNGE}/PA_bad", "{"),
    "not an object": (f"{LOUNGE}/PA_bad", "[]"),
    "lacks members": (f"{LOUNGE}/PA_bad", '{"i":"grace"}'),
    "a later version's member": (f"{LOUNGE}/PA_bad", GRACE % (1, '"STANDARD"', ',"z":1')),
    "a time that is text": (f"{LOUNGE}/PA_bad", GRACE % ('"1"', '"STANDARD"', "")),
    "no kind": (f"{LOUNGE}/PA_bad", GRACE % (1, "null", "")),
    "no place": ("nowhere", GRACE % (1, '"STANDARD"', "")),
    "no name": ("", "x"),
}


class TestRedis:
    @pytest.mark.parametrize("why", BAD_FIELDS)
    def test_one_bad_field(self, stack: Stack, why: str) -> None:
        """A field that can't be read hides nobody else, and keeps nobody from being healed."""
        stack.deliver(stack.join("member")[-1])
        stack.valkey.hset(KEY, *BAD_FIELDS[why])
        assert "Member" in stack.names()
        assert reconcile(stack).status_code == 200

    @pytest.mark.parametrize("reply", [None, 5, "x", ["a"], True, {"a": 5}], ids=str)
    def test_a_reply_that_is_no_hash(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch, reply: Any
    ) -> None:
        """Where Redis answers with something else, LiveKit's list is served."""
        stack.join("member")

        async def odd(*_args: Any, **_kwargs: Any) -> Any:
            return reply

        monkeypatch.setattr("upstash_redis.http.AsyncHttpClient.execute", odd)
        assert stack.participants("member").json()["source"] == "livekit"

    @pytest.mark.parametrize("value", ["garbage", "9" * 5000, "²", "-5"], ids=lambda v: v[:9])
    def test_a_limit_that_is_no_list_of_stamps(self, stack: Stack, value: str) -> None:
        """What is no stamp is nobody's admission."""
        stack.valkey.set(f"limit:token:{PEOPLE['member']}", value, px=60_000)
        assert stack.get_token("member").headers["ratelimit"].startswith('"token";r=19;')


class TestSupabase:
    @pytest.mark.parametrize("answer", [None, 5, "x", {}, [1]], ids=str)
    def test_json_of_another_shape(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch, answer: Any
    ) -> None:
        """JSON that no permission can be read from is Supabase away."""
        stack.get_token("member")
        post = httpx.AsyncClient.post

        async def odd(self: Any, url: str, **options: Any) -> httpx.Response:
            if "/rpc/" in url:
                return httpx.Response(200, json=answer)
            return await post(self, url, **options)

        monkeypatch.setattr(httpx.AsyncClient, "post", odd)
        assert_problem(stack.get_token("member"), 503, "supabase_unavailable")

    @pytest.mark.parametrize(
        "fault", [{"mode": "garbage"}, {"mode": "status", "status": 404}], ids=str
    )
    def test_an_outage_is_one_line(self, stack: Stack, fault: dict[str, Any]) -> None:
        """An outage in which the server does answer, but not sensibly, is logged once as well."""
        stack.get_token("owner")
        stack.supabase.set(path="/rest", **fault)
        for _ in range(3):
            assert_problem(stack.get_token("member"), 503, "supabase_unavailable")
        assert len(stack.log.of("vendor_away")) == 1
        assert not stack.log.of("vendor_back")

    def test_an_address_with_a_slash(self, stack: Stack, setting: Set) -> None:
        """SUPABASE_URL may end in a slash: sign-in, permissions and broadcasts work."""
        setting("SUPABASE_URL", stack.supabase_url + "/")
        stack.deliver(comes(stack, "member", ROOM, LOUNGE)[-1])
        assert stack.get_token("member").status_code == 201
        assert len(stack.broadcasts()) == 1

    def test_broadcasts_that_nobody_set_up(self, stack: Stack, setting: Set) -> None:
        """A deployment that can't broadcast records presence, and its log says what is missing."""
        setting("SUPABASE_SECRET_KEY", "")
        assert signed(stack, json.dumps(joined()).encode()).status_code == 200
        assert "SUPABASE_SECRET_KEY" in json.dumps(stack.log.lines)


class TestLiveKit:
    def test_one_community_that_fails(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """The schedule heals the others when LiveKit gives no answer for one community."""
        stack.join("member")
        broken = f"{uuid4()}:{uuid4()}"
        stack.simulator.join(broken, "ada")
        list_participants = livekit.list_participants

        async def some(room: str) -> list[dict[str, Any]]:
            if room == broken:
                raise Unavailable("livekit", "not this one")
            await asyncio.sleep(0.1)  # the failure is known first
            return await list_participants(room)

        monkeypatch.setattr(livekit, "list_participants", some)
        answer = stack.api.post("/api/livekit/reconcile", headers=OPS)
        assert answer.status_code == 200, answer.text
        added = {report["room_id"]: report["added"] for report in answer.json()["reports"]}
        assert added[str(ROOM)] == 1

    def test_one_participant_that_is_none(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A list with an entry that can't be read is no fault of ours, and removes nobody."""
        monkeypatch.setattr(reconciler, "PAUSE_S", 0)
        monkeypatch.setattr(stack.simulator, "clock", lambda: now_ms() - 60_000)
        stack.deliver(stack.join("member")[-1])

        async def odd(_room: str) -> list[dict[str, Any]]:
            return [{"sid": "PA_z"}]

        monkeypatch.setattr(livekit, "list_participants", odd)
        assert_problem(reconcile(stack), 503, "livekit_unavailable")
        assert stack.names() == ["Member"]

    def test_a_verdict_that_was_not_reached(
        self, stack: Stack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where the second answer is lacking, evidence is not complete: the next reader is due."""
        monkeypatch.setattr(reconciler, "PAUSE_S", 0)
        monkeypatch.setattr(stack.simulator, "clock", lambda: now_ms() - 60_000)
        stack.deliver(*stack.join("owner"), *stack.join("member"))
        stack.leave("member")
        answers = [livekit.list_participants]

        async def first_only(room: str) -> list[dict[str, Any]]:
            if not answers:
                raise Unavailable("livekit", "once was enough")
            return await answers.pop()(room)

        monkeypatch.setattr(livekit, "list_participants", first_only)
        (report,) = reconcile(stack).raise_for_status().json()["reports"]
        assert (report["removed"], report["unanswered"], answers) == (0, 1, [])
        assert not stack.valkey.hexists(KEY, "@evidence")


class TestSettings:
    def test_an_unknown_log_level(self) -> None:
        """A log level that is none is named when settings are read, not at the first line."""
        with pytest.raises(SettingError, match="SANGHA_LOG_LEVEL"):
            Settings.from_env({"SANGHA_LOG_LEVEL": "LOUD"})

    def test_a_public_url_that_is_none(self, stack: Stack, setting: Set) -> None:
        """Where the reconcile can't be sent off, the reader is served, and both are logged."""
        setting("SANGHA_PUBLIC_URL", "http://host:port")
        assert stack.participants("member").status_code == 200
        assert stack.log.one("not_dispatched")
        assert stack.log.one("request")["status"] == 200
