"""What a hostile client, a wrong vendor or an unlucky host sends, and what must come of it."""

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

from common import auth, livekit, log, realtime, redis, roster, supabase
from common.endpoint import Gateway
from common.errors import Unavailable
from common.settings import settings
from local.community import LOUNGE, PEOPLE, ROOM
from tests.problems import assert_problem
from tests.stack import JWT_SECRET, LIVEKIT_SECRET, LIVEKIT_KEY, OPS_KEY, Stack

KEY = f"voice:{ROOM}"
OPS = {"Authorization": f"Bearer {OPS_KEY}"}


def unsigned(header: str, claims: str = "{}") -> str:
    """A JWT of this header and these claims with no valid signature."""
    parts = (header.encode(), claims.encode(), b"signature")
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def as_bearer(stack: Stack, token: str) -> httpx.Response:
    """Asks who is in the demo community with this access token."""
    headers = {"Authorization": f"Bearer {token}"}
    return stack.api.get(f"/api/livekit/participants?room_id={ROOM}", headers=headers)


def signed(stack: Stack, event: Any) -> httpx.Response:
    """Posts a webhook that is signed, whatever it says."""
    body = json.dumps(event).encode()
    return stack.post_webhook(body, stack.simulator.sign(body))


def joined(**participant: Any) -> dict[str, Any]:
    """A participant_joined event of the Lounge."""
    info = {"sid": "PA_1", "identity": "ada", "name": "Ada", "joinedAtMs": str(time.time_ns() // 10**6)}
    room = {"sid": "RM_1", "name": f"{ROOM}:{LOUNGE}"}
    return {"event": "participant_joined", "room": room, "participant": info | participant}


class TestTokensThatAreNone:
    @pytest.mark.parametrize(
        "header",
        [
            '{"alg": []}',
            '{"alg": {}}',
            '{"alg": null}',
            '{"alg": 5}',
            '{"alg": "ES256", "kid": []}',
            '{"alg": "ES256", "kid": 7}',
            '{"alg": "ES256", "crit": ["x"]}',
            '{"alg": "\\ud800"}',
            '{"alg": "ES256", "kid": "\\ud800"}',
            "[]",
            "[" * 20_000,
        ],
        ids=["list", "object", "null", "number", "kid-list", "kid-number", "crit", "surrogate",
             "kid-surrogate", "no-object", "deep"],
    )
    def test_a_header_of_odd_types(self, stack: Stack, header: str) -> None:
        """A JWT header of any content is a 401, never a 500."""
        answer = as_bearer(stack, unsigned(header))
        assert answer.status_code == 401, answer.text[:300]

    @pytest.mark.parametrize("claims", ["[" * 20_000, '{"iss": []}', '{"iss": "\\ud800"}', "5"])
    def test_a_webhook_token_of_odd_claims(self, stack: Stack, claims: str) -> None:
        """Whatever stands in a webhook's token that is not signed by us: 401."""
        token = unsigned('{"alg": "HS256"}', claims)
        assert_problem(stack.post_webhook(b"{}", token), 401, "signature_invalid")

    @pytest.mark.parametrize(
        "claims",
        [
            {"exp": 1e300},
            {"exp": "soon"},
            {"exp": float("inf")},
            {"sub": 5},
            {"sub": "\ud800"},
            {"aud": {"a": 1}},
            {"iat": "x"},
            {"nbf": float("inf")},
            {"iss": 5},
            {"role": ["authenticated"]},
        ],
        ids=str,
    )
    def test_signed_claims_of_odd_types(self, stack: Stack, claims: dict[str, Any]) -> None:
        """Signed claims of the wrong types are a 401 or, where they are merely far, verified."""
        valid = {
            "sub": str(PEOPLE["member"]), "role": "authenticated", "aud": "authenticated",
            "iss": f"{stack.supabase_url}/auth/v1", "exp": int(time.time()) + 600,
        }
        token = by_hand(valid | claims, JWT_SECRET)
        assert as_bearer(stack, token).status_code in {200, 401}

    def test_aud_as_list_and_exp_as_float(self, stack: Stack) -> None:
        """`aud` as a list and `exp` as a float are valid."""
        valid = {
            "sub": str(PEOPLE["member"]), "role": "authenticated", "aud": ["x", "authenticated"],
            "iss": f"{stack.supabase_url}/auth/v1", "exp": time.time() + 600.5,
        }
        assert as_bearer(stack, by_hand(valid, JWT_SECRET)).status_code == 200


def by_hand(claims: dict[str, Any], secret: str, header: str = '{"alg":"HS256","typ":"JWT"}') -> str:
    import hashlib, hmac
    enc = lambda b: base64.urlsafe_b64encode(b).rstrip(b"=")
    head = enc(header.encode()) + b"." + enc(json.dumps(claims).encode())
    return (head + b"." + enc(hmac.new(secret.encode(), head, hashlib.sha256).digest())).decode()


class TestKeySet:
    @pytest.mark.usefixtures("impatient")
    def test_a_hanging_auth_server_does_not_queue(self, stack: Stack) -> None:
        """With no keys known, ten callers at once all have their 503 after one deadline or two."""
        token = stack.token("member")
        stack.supabase.set("hang", path="/auth")

        async def ten() -> list[Any]:
            return await asyncio.gather(*(auth.verify(token) for _ in range(10)), return_exceptions=True)

        began = time.monotonic()
        assert all(isinstance(r, Unavailable) for r in asyncio.run(ten()))
        assert time.monotonic() - began < 1.2

    def test_a_missing_setting_stays_named(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """While SUPABASE_URL is unset each caller is told so, not that their key is unknown."""
        token = stack.token("member")
        monkeypatch.setenv("SUPABASE_URL", "")
        settings.cache_clear()
        try:
            for _ in range(2):
                assert_problem(as_bearer(stack, token), 500, "misconfigured")
        finally:
            monkeypatch.undo()
            settings.cache_clear()

    @pytest.mark.parametrize(
        "jwk",
        [
            {"kty": "oct", "k": "AAAA"},
            {"kty": "EC", "crv": "P-999", "x": "AA", "y": "AA"},
            {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"},
            {"kty": "EC"},
            {"kty": "EC", "crv": "P-256", "x": 5, "y": []},
            {"kty": "EC", "crv": "P-256", "x": "é", "y": "!"},
            {"kty": []},
            {},
        ],
        ids=str,
    )
    def test_unusable_keys(self, stack: Stack, monkeypatch: pytest.MonkeyPatch, jwk: dict[str, Any]) -> None:
        """A key that can't verify is a 401 for tokens that name it."""
        async def key_set() -> list[dict[str, Any]]:
            return [jwk | {"kid": "odd"}]
        monkeypatch.setattr(auth, "fetch_key_set", key_set)
        answer = as_bearer(stack, unsigned('{"alg":"ES256","kid":"odd"}'))
        assert answer.status_code == 401, answer.text


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b'{"room_name": "\\ud800"}',
            b'{"participant_identity": "\\ud800"}',
            b'{"participant_attributes": {"\\ud800": 5}}',
            b'{"room_name": "a\\u0000b"}',
            b'{"room_name": 1' + b"0" * 5000 + b"}",
            b'{"room_name": NaN}',
            b"[" * 100_000,
            b"\xff\xfe",
            b"null",
            b"5",
            b'{"room_config": ' + b'{"a":' * 900 + b"1" + b"}" * 901,
        ],
        ids=["surr", "surr-id", "surr-key", "nul", "bigint", "nan", "deep", "not-utf8", "null", "number", "deepcfg"],
    )
    def test_odd_json(self, stack: Stack, body: bytes) -> None:
        """Whatever a token request says, it is a 4xx problem."""
        headers = stack.bearer("member") | {"Content-Type": "application/json"}
        answer = stack.api.post("/api/livekit/token", content=body, headers=headers)
        assert 400 <= answer.status_code < 500, answer.text[:300]
        assert answer.headers["content-type"] == "application/problem+json"

    def test_many_small_chunks(self) -> None:
        """A body that comes byte by byte costs time in proportion to its size."""
        n = 60_000
        left = n

        async def receive() -> dict[str, Any]:
            nonlocal left
            left -= 1
            return {"type": "http.request", "body": b"x", "more_body": left > 0}

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        async def send(message: Any) -> None:
            pass

        scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
        began = time.process_time()
        asyncio.run(Gateway(app)(scope, receive, send))
        assert time.process_time() - began < 2

    def test_a_caller_who_hangs_up_in_the_middle(self) -> None:
        """Half a body is never given to an endpoint as if it were a whole one."""
        served: list[bytes] = []
        messages = [
            {"type": "http.request", "body": b"", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> dict[str, Any]:
            return messages.pop(0) if len(messages) > 1 else messages[0]

        async def app(scope: Any, receive: Any, send: Any) -> None:
            message = await receive()
            if message["type"] == "http.request":
                served.append(message["body"])

        async def send(message: Any) -> None:
            pass

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"50")]}
        asyncio.run(Gateway(app)(scope, receive, send))
        assert served == []

    def test_a_length_of_5000_digits(self) -> None:
        """A Content-Length that no machine has is over the limit."""
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def app(scope: Any, receive: Any, send: Any) -> None: ...

        async def send(message: Any) -> None:
            statuses.append(message.get("status", 0))

        scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"9" * 5000)]}
        asyncio.run(Gateway(app)(scope, receive, send))
        assert statuses[0] == 413


BAD_FIELDS = {
    "not JSON": (f"{LOUNGE}/PA_bad", "{"),
    "not an object": (f"{LOUNGE}/PA_bad", "[]"),
    "a number": (f"{LOUNGE}/PA_bad", "5"),
    "lacks members": (f"{LOUNGE}/PA_bad", '{"i":"x"}'),
    "a member of a later version": (
        f"{LOUNGE}/PA_bad",
        '{"r":"RM_9","i":"grace","n":"Grace","t":1,"k":"STANDARD","a":{},"z":1}',
    ),
    "a time that is text": (
        f"{LOUNGE}/PA_bad",
        '{"r":"RM_9","i":"grace","n":"Grace","t":"1","k":"STANDARD","a":{}}',
    ),
    "no place": ("nowhere", '{"r":"RM_9","i":"x","n":"x","t":1,"k":"STANDARD","a":{}}'),
    "an empty name": ("", "x"),
    "a null kind": (
        f"{LOUNGE}/PA_bad",
        '{"r":"RM_9","i":"grace","n":"Grace","t":1,"k":null,"a":{}}',
    ),
}


class TestPresenceThatIsNone:
    @pytest.mark.parametrize("why", BAD_FIELDS)
    def test_one_bad_field(self, stack: Stack, why: str) -> None:
        """One field that can't be read hides nobody else."""
        stack.deliver(stack.join("member")[-1])
        field, value = BAD_FIELDS[why]
        stack.valkey.hset(KEY, field, value)
        assert "Member" in stack.names()
        answer = stack.api.post("/api/livekit/reconcile", json={"room_id": str(ROOM)}, headers=OPS)
        assert answer.status_code == 200, answer.text

    @pytest.mark.parametrize("reply", [None, 5, "x", [], [["a"]], True, {"r": 5}], ids=str)
    def test_a_reply_of_another_type(self, stack: Stack, monkeypatch: pytest.MonkeyPatch, reply: Any) -> None:
        """A reply to HGETALL that is no hash is Redis away: LiveKit's list is served."""
        stack.join("member")

        async def odd(self: Any, **_: Any) -> Any:
            return reply

        monkeypatch.setattr("upstash_redis.http.AsyncHttpClient.execute", odd)
        answer = stack.participants("member")
        assert answer.status_code == 200, answer.text

    @pytest.mark.parametrize(
        "event",
        [
            joined(kind=None),
            joined(name=None),
            joined(attributes=None),
            joined(permission=None),
            joined(joinedAtMs=None),
            joined(joinedAtMs="1" * 5000),
            joined(joinedAtMs="x"),
            joined(name="\ud800"),
            joined(identity=5),
            joined(sid=5),
            joined(sid=""),
            joined(identity=[]),
            joined(attributes={"a": 5}),
            joined(name="x" * 100_000),
            joined(kind=5),
            joined(state=[]),
            {"event": ["a"], "room": {"name": f"{ROOM}:{LOUNGE}"}},
            {"event": "room_finished", "room": {"name": f"{ROOM}:{LOUNGE}", "sid": ""}},
            {"event": "room_finished", "room": {"name": f"{ROOM}:{LOUNGE}", "sid": None}},
            {"event": "participant_joined", "room": {"name": None}},
            {"event": "\ud800", "id": "\n{}"},
        ],
        ids=lambda e: json.dumps(e.get("participant", e))[:60],
    )
    def test_signed_and_odd(self, stack: Stack, event: Any) -> None:
        """What LiveKit signed is acknowledged however odd it is, and breaks no reader."""
        stack.deliver(stack.join("member")[-1])
        answer = signed(stack, event)
        assert answer.status_code == 200, answer.text
        assert "Member" in stack.names()

    @pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a": 1' + b"0" * 5000 + b"}", b"\xff"],
                             ids=["deep", "bigint", "bytes"])
    def test_signed_and_unreadable(self, stack: Stack, body: bytes) -> None:
        """A signed body that no JSON parser takes is acknowledged."""
        assert stack.post_webhook(body, stack.simulator.sign(body)).status_code == 200

    def test_inf(self, stack: Stack) -> None:
        """1e400 in a time is unreadable, not a fault of ours."""
        body = json.dumps(joined()).encode().replace(b'"joinedAtMs": "', b'"joinedAtMs": 1e400, "x": "')
        assert stack.post_webhook(body, stack.simulator.sign(body)).status_code == 200


class TestLimiter:
    @pytest.mark.parametrize("value", ["garbage", "1,2,3", "9" * 5000, "²", "-5", ",", "\u0663"], ids=lambda v: v[:9])
    def test_odd_value(self, stack: Stack, value: str) -> None:
        """A stored string that is no list of stamps admits nobody less."""
        stack.valkey.set(f"limit:token:{PEOPLE['member']}", value, px=60_000)
        assert stack.get_token("member").status_code == 201

    def test_wrong_type(self, stack: Stack) -> None:
        """A key of another type limits per process."""
        stack.valkey.rpush(f"limit:token:{PEOPLE['member']}", "x")
        assert stack.get_token("member").status_code == 201


class TestVendors:
    @pytest.mark.parametrize("answer", [None, 5, "x", {}, {"a": 1}, [1], [None]], ids=str)
    def test_supabase_json_of_another_shape(self, stack: Stack, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
        """JSON that is not what the function returns is Supabase away: 503."""
        stack.token("member")
        as_bearer(stack, stack.token("owner"))

        real = httpx.AsyncClient.request

        async def request(self: Any, method: str, url: str, **kw: Any) -> httpx.Response:
            if "/rpc/" in str(url):
                return httpx.Response(200, json=answer)
            return await real(self, method, url, **kw)

        monkeypatch.setattr(httpx.AsyncClient, "request", request)
        assert stack.get_token("member").status_code == 503
        assert stack.participants("mod").status_code in {503, 404} 

    @pytest.mark.parametrize("mode,options", [("garbage", {}), ("status", {"status": 404}), ("status", {"status": 400})])
    def test_supabase_outage_is_logged_once(self, stack: Stack, mode: str, options: Any) -> None:
        """However Supabase fails, its outage is one line."""
        stack.get_token("owner")
        stack.supabase.set(mode, path="/rest", **options)
        stack.log.lines.clear()
        for _ in range(4):
            assert stack.get_token("member").status_code == 503
        assert (len(stack.log.of("vendor_away")), len(stack.log.of("vendor_back"))) == (1, 0)

    def test_supabase_connection_broken_once(self, stack: Stack) -> None:
        """A connection that broke while a warm process slept is tried once more for a read."""
        stack.get_token("member")
        stack.supabase.set("refuse", path="/rest", times=1)
        assert stack.get_token("member").status_code == 201

    def test_trailing_slash(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """SUPABASE_URL may end in a slash."""
        monkeypatch.setenv("SUPABASE_URL", stack.supabase_url + "/")
        settings.cache_clear()
        try:
            stack.deliver(stack.join("member")[-1])
            assert len(stack.broadcasts()) == 1
            assert stack.get_token("member").status_code == 201
        finally:
            monkeypatch.undo()
            settings.cache_clear()

    def test_no_secret_key_is_said(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """A deployment that can't broadcast says so in its log."""
        monkeypatch.setenv("SUPABASE_SECRET_KEY", "")
        settings.cache_clear()
        try:
            assert stack.deliver(stack.join("member")[-1])[0].status_code == 200
        finally:
            monkeypatch.undo()
            settings.cache_clear()
        assert "SUPABASE_SECRET_KEY" in json.dumps(stack.log.lines)

    def test_one_community_that_fails_the_schedule(self, stack: Stack) -> None:
        """One community that LiveKit gives no answer for does not keep others from being healed."""
        other = f"{uuid4()}:{uuid4()}"
        stack.join("member")
        stack.simulator.join(other, "ada")
        real = livekit.list_participants

        async def some(room: str) -> Any:
            if room == other:
                raise Unavailable("livekit", "this one")
            await asyncio.sleep(0.3)
            return await real(room)

        mp = pytest.MonkeyPatch()
        mp.setattr(livekit, "list_participants", some)
        try:
            answer = stack.api.post("/api/livekit/reconcile", headers=OPS)
            reports = answer.json().get("reports")
        finally:
            mp.undo()
        assert answer.status_code == 200, answer.text
        assert len(reports) == 2

    @pytest.mark.parametrize("url", ["http://[", "http://h:port", "nonsense", "http://\x00"])
    def test_public_url_that_is_none(self, stack: Stack, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
        """A public URL that is none is logged, and the request has its line."""
        monkeypatch.setenv("SANGHA_PUBLIC_URL", url) if "\x00" not in url else pytest.skip()
        settings.cache_clear()
        try:
            assert stack.participants("member").status_code == 200
            stack.log.one("request")
            stack.log.one("not_dispatched")
        finally:
            monkeypatch.undo()
            settings.cache_clear()

    def test_log_level(self, stack: Stack) -> None:
        from common.settings import Settings, SettingError
        with pytest.raises(SettingError):
            Settings.from_env({"SANGHA_LOG_LEVEL": "LOUD"})


class TestEnvelope:
    def test_refused_preflight(self, stack: Stack) -> None:
        """A preflight from an unlisted origin is answered in the one envelope, with an id."""
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        answer = stack.api.options("/api/livekit/token", headers=headers)
        assert answer.headers["x-request-id"]
        assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/api/health/", "//evil.example/"])
    def test_nothing_else_is_served(self, stack: Stack, path: str) -> None:
        """Only the endpoints are served."""
        assert_problem(stack.api.get(path), 404, "not_found")

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PURGE"])
    def test_methods(self, stack: Stack, method: str) -> None:
        answer = stack.api.request(method, "/api/health")
        assert answer.status_code == 405
        assert answer.headers["x-request-id"]

    def test_path_in_log(self, stack: Stack) -> None:
        """A hostile path stays one short line."""
        stack.api.get("/api/" + "a" * 30_000)
        assert len(json.dumps(stack.log.one("request"))) < 4000
    
    def test_path_newline(self, stack: Stack) -> None:
        stack.api.get("/api/%0a%22%7b%ff%00")
        assert stack.log.one("request")["status"] == 404

    @pytest.mark.parametrize("q", ["room_id=%00", "room_id=%ff", "room_id=" + "a" * 20000, "room_id=\u0661", "channel_id=%ed%a0%80"])
    def test_query(self, stack: Stack, q: str) -> None:
        answer = stack.api.get(f"/api/livekit/participants?{q}", headers=stack.bearer("member"))
        assert_problem(answer, 422, "invalid_request")
        assert len(answer.content) < 5000
