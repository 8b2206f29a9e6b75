"""What every endpoint has in common: ids, limits on bodies, CORS, one log line, health."""

from collections.abc import Iterator

import pytest

from common import redis
from common.gateway import MAX_BODY_BYTES
from common.settings import SettingError, Settings
from common.version import VERSION
from tests.problems import assert_problem
from tests.stack import OPS_KEY, Stack

OPS = {"Authorization": f"Bearer {OPS_KEY}"}


class TestBodies:
    def test_over_the_limit(self, stack: Stack) -> None:
        """A body that says that it is over the limit is refused before it is read."""
        body = b"x" * (MAX_BODY_BYTES + 1)
        answer = stack.post_webhook(body, stack.simulator.sign(body))
        assert_problem(answer, 413, "body_too_large")

    def test_over_the_limit_in_chunks(self, stack: Stack) -> None:
        """A body that doesn't say its size is refused once it is over the limit."""

        def chunks() -> Iterator[bytes]:
            for _ in range(MAX_BODY_BYTES // 1024 + 1):
                yield b"x" * 1024

        answer = stack.api.post("/api/livekit/webhook", content=chunks())
        assert_problem(answer, 413, "body_too_large")

    def test_at_the_limit(self, stack: Stack) -> None:
        """A body of exactly the limit is read."""
        body = b"x" * MAX_BODY_BYTES
        answer = stack.post_webhook(body, stack.simulator.sign(body))
        assert answer.json() == {"status": "ignored"}


class TestRequests:
    def test_unknown_path(self, stack: Stack) -> None:
        """An unknown path is a 404 problem."""
        assert_problem(stack.api.get("/api/nothing"), 404, "not_found")

    def test_wrong_method(self, stack: Stack) -> None:
        """A wrong method is a 405 that names the right one."""
        answer = stack.api.get("/api/livekit/token")
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "POST"

    def test_wrong_method_of_several(self, stack: Stack) -> None:
        """A 405 names every method of the path, not only the first."""
        answer = stack.api.post("/api/rooms/x/channels/y")
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "DELETE, PATCH"

    def test_a_request_id_of_the_callers(self, stack: Stack) -> None:
        """A sane request id is taken over, another is replaced; the log line has it."""
        answer = stack.api.get("/api/health", headers={"X-Request-Id": "trace-12345678"})
        assert answer.headers["x-request-id"] == "trace-12345678"
        line = stack.log.one("request")
        assert line["request_id"] == "trace-12345678"
        assert (line["method"], line["path"], line["status"]) == ("GET", "/api/health", 200)
        assert line["ms"] > 0
        odd = stack.api.get("/api/health", headers={"X-Request-Id": '{"a": "<b>"}'})
        assert len(odd.headers["x-request-id"]) == 16

    def test_a_failure_of_ours(self, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        """An unforeseen exception is a 500 with an id to report, and a logged traceback."""

        async def broken(*_: object) -> None:
            raise ZeroDivisionError("a bug")

        monkeypatch.setattr(redis, "execute", broken)
        (answer,) = stack.deliver(stack.join("member")[-1])
        problem = assert_problem(answer, 500, "internal_error")
        assert answer.headers["x-request-id"] in problem["detail"]
        assert "a bug" not in answer.text
        line = stack.log.one("failed")
        assert "ZeroDivisionError: a bug" in line["traceback"]


class TestCors:
    def test_a_listed_origin(self, stack: Stack) -> None:
        """A listed front end may call and read the limit's headers, on errors too."""
        origin = {"Origin": "https://app.example"}
        answer = stack.api.get("/api/nothing", headers=origin)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert "retry-after" in answer.headers["access-control-expose-headers"]
        preflight = stack.api.options(
            "/api/livekit/token",
            headers=origin
            | {
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type",
            },
        )
        assert preflight.status_code == 200

    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
    def test_what_a_front_end_of_rooms_needs(self, stack: Stack, method: str) -> None:
        """A listed front end may send If-Match with every method, and read ETag and Location."""
        origin = {"Origin": "https://app.example"}
        asks = {
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type,if-match",
        }
        preflight = stack.api.options("/api/rooms", headers=origin | asks)
        assert preflight.status_code == 200
        assert method in preflight.headers["access-control-allow-methods"]
        exposed = stack.api.get("/api/rooms", headers=origin).headers
        assert {"etag", "location"} <= set(exposed["access-control-expose-headers"].split(", "))

    def test_another_origin(self, stack: Stack) -> None:
        """Another origin gets no permission."""
        answer = stack.api.get("/api/health", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


class TestHealth:
    def test_shallow(self, stack: Stack) -> None:
        """Anybody may ask whether it is up; no vendor is asked."""
        for part in (stack.upstash, stack.supabase, stack.livekit):
            part.set("hang")
        answer = stack.api.get("/api/health")
        assert answer.json() == {"status": "ok", "version": VERSION}

    def test_deep(self, stack: Stack) -> None:
        """Operators see each vendor's state; nothing billed is spent."""
        answer = stack.api.get("/api/health?deep=1", headers=OPS)
        assert answer.status_code == 200
        vendors = answer.json()["vendors"]
        assert {name: v["status"] for name, v in vendors.items()} == dict.fromkeys(
            ("redis", "livekit", "supabase"), "ok"
        )
        assert stack.billed() == 0

    @pytest.mark.parametrize("vendor", ["upstash", "livekit", "supabase"])
    def test_deep_with_one_away(self, stack: Stack, vendor: str) -> None:
        """A vendor that is away makes it a 503 that names it."""
        getattr(stack, vendor).set("refuse")
        answer = stack.api.get("/api/health?deep=1", headers=OPS)
        assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
        away = [n for n, v in answer.json()["vendors"].items() if v["status"] == "away"]
        assert away == [{"upstash": "redis"}.get(vendor, vendor)]

    def test_deep_for_others(self, stack: Stack) -> None:
        """Deep health is for operators."""
        answer = stack.api.get("/api/health?deep=1", headers=stack.bearer("owner"))
        assert_problem(answer, 401, "ops_key_required")


class TestSettings:
    @pytest.mark.parametrize("value", ["0", "-1", "1.5", "many"])
    def test_a_limit_that_is_no_number(self, value: str) -> None:
        """A number that is none is named, with what it must be."""
        with pytest.raises(SettingError, match="SANGHA_TOKEN_LIMIT must be a positive integer"):
            Settings.from_env({"SANGHA_TOKEN_LIMIT": value})

    def test_a_missing_one(self) -> None:
        """A setting that is needed and not set is named."""
        with pytest.raises(SettingError, match="LIVEKIT_URL is not set"):
            Settings.from_env({}).need("livekit_url")

    def test_any_origin(self) -> None:
        """`*` is no list of origins."""
        with pytest.raises(SettingError, match="SANGHA_ALLOWED_ORIGINS"):
            _ = Settings.from_env({"SANGHA_ALLOWED_ORIGINS": "https://a.example,*"}).allowed_origins
