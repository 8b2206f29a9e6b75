"""Upstash's own Python clients against the stand-in."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from upstash_ratelimit import FixedWindow, Ratelimit, SlidingWindow, TokenBucket
from upstash_ratelimit.limiter import Limiter
from upstash_redis import Redis
from upstash_redis.asyncio import Redis as AsyncRedis
from upstash_redis.errors import UpstashError

CLAIM = ["HSETEX", "h", "FNX", "EX", "60", "FIELDS", "1", "f", "v"]


@pytest.fixture
def redis(upstash_url: str, upstash_token: str) -> Iterator[Redis]:
    """The blocking client, of an empty database."""
    with Redis(upstash_url, upstash_token, rest_retries=0, allow_telemetry=False) as client:
        client.flushall()
        yield client
    httpx.delete(f"{upstash_url}/_local/faults")


def test_strings(redis: Redis) -> None:
    """Values, expiry and conditional writes come back as the client documents."""
    assert redis.execute(["SET", "k", "é OK", "EX", 60]) is True
    assert redis.get("k") == "é OK"
    assert 0 < redis.ttl("k") <= 60
    assert not redis.set("k", "other", nx=True)
    assert not redis.execute(["SET", "k", "other", "IFEQ", "unlike"])
    assert redis.get("k") == "é OK"
    assert redis.execute(["SET", "k", "OK", "IFEQ", "é OK"]) is True
    assert redis.mget("k", "absent") == ["OK", None]
    assert redis.incrbyfloat("n", 1.5) == 1.5


def test_hashes(redis: Redis) -> None:
    """HGETALL is a dict, and HSETEX FNX claims a field once."""
    redis.hset("h", values={"a": "1", "b": "2"})
    assert redis.hgetall("h") == {"a": "1", "b": "2"}
    assert [redis.execute(CLAIM) for _ in range(2)] == [1, 0]
    assert redis.httl("h", "f")[0] in range(1, 61)


def test_sorted_sets_and_scans(redis: Redis) -> None:
    """Nested replies keep the shape that the client takes apart."""
    redis.zadd("z", {"a": 1, "b": 2.5})
    assert redis.zrange("z", 0, -1, withscores=True) == [("a", 1.0), ("b", 2.5)]
    assert redis.scan(0) == (0, ["z"])


def test_pipeline_and_transaction(redis: Redis) -> None:
    """Both batches return one result per command."""
    for batch in (redis.pipeline(), redis.multi()):
        batch.set("k", "v")
        batch.get("k")
        batch.hgetall("absent")
        assert batch.exec() == [True, "v", {}]


def test_errors(redis: Redis, upstash_url: str) -> None:
    """A failed command, alone or in a pipeline, a refused one and a wrong token raise."""
    redis.set("k", "v")
    with pytest.raises(UpstashError, match="value is not an integer"):
        redis.incr("k")
    pipeline = redis.pipeline()
    pipeline.incr("k")
    with pytest.raises(UpstashError, match="value is not an integer"):
        pipeline.exec()
    with pytest.raises(UpstashError, match="Command is not available: 'BLPOP'"):
        redis.execute(["BLPOP", "k", "0"])
    with (
        Redis(upstash_url, "wrong", rest_retries=0) as stranger,
        pytest.raises(UpstashError, match="WRONGPASS invalid or missing auth token"),
    ):
        stranger.get("k")


def test_scripts(redis: Redis) -> None:
    """EVAL, SCRIPT LOAD and EVALSHA take keys and arguments."""
    script = "#!lua flags=allow-key-locking\nreturn {KEYS[1], ARGV[1], 1}"
    assert redis.eval(script, keys=["k"], args=["v"]) == ["k", "v", 1]
    assert redis.evalsha(redis.script_load(script), keys=["k"], args=["v"]) == ["k", "v", 1]


def test_sync_token(redis: Redis) -> None:
    """The client keeps the sync token for its next request."""
    redis.ping()
    assert redis._sync_token


def test_retry_applies_a_write_twice(upstash_url: str, redis: Redis, upstash_token: str) -> None:
    """After a dropped answer the client's retry repeats an INCR that was applied."""
    httpx.post(f"{upstash_url}/_local/faults", json={"mode": "drop", "times": 1})
    with Redis(upstash_url, upstash_token, rest_retries=1, rest_retry_interval=0) as retrying:
        assert retrying.incr("k") == 2


def test_asyncio_client(redis: Redis, upstash_url: str, upstash_token: str) -> None:
    """The asyncio client speaks the same protocol, many requests at a time."""

    async def scenario() -> None:
        async with AsyncRedis(upstash_url, upstash_token, rest_retries=0) as client:
            assert await client.execute(CLAIM) == 1
            counts = await asyncio.gather(*(client.incr("n") for _ in range(30)))
            assert sorted(counts) == list(range(1, 31))
            transaction = client.multi()
            transaction.incr("n")
            transaction.hgetall("h")
            assert await transaction.exec() == [31, {"f": "v"}]
            assert await client.eval("return redis.call('GET', KEYS[1])", keys=["n"]) == "31"
            with pytest.raises(UpstashError, match="WRONGTYPE"):
                await client.get("h")

    asyncio.run(scenario())


def test_plain_encoding(upstash_url: str, upstash_token: str) -> None:
    """Without base64 the client reads the strings as they are."""
    with Redis(upstash_url, upstash_token, rest_encoding=None, rest_retries=0) as client:
        client.set("k", "OK é")
        assert client.get("k") == "OK é"


@pytest.mark.parametrize(
    ("limiter", "costs"),
    [
        (FixedWindow(max_requests=2, window=60), [3, 2, 2]),
        (SlidingWindow(max_requests=2, window=60), [5, 4, 3]),
        (TokenBucket(max_tokens=2, refill_rate=1, interval=60), [4, 4, 2]),
    ],
)
def test_rate_limiters(redis: Redis, upstash_url: str, limiter: Limiter, costs: list[int]) -> None:
    """Upstash's limiters admit, refuse and cost what is known of them on the real service."""
    ratelimit = Ratelimit(redis=redis, limiter=limiter)
    admitted = []
    spent = []
    for _ in range(3):
        httpx.delete(f"{upstash_url}/_local/commands")
        admitted.append(ratelimit.limit("user").allowed)
        spent.append(httpx.get(f"{upstash_url}/_local/commands").json()["billed"])
    assert admitted == [True, True, False]
    assert spent == costs
