"""What a month costs: nothing that is free, and all that is not."""

from dataclasses import replace

import pytest

from deploy.aws.costs import Stage, month, table

STAGE = Stage(
    architecture="arm64",
    memory_gb=1769 / 1024,
    secrets=4,
    has_api=True,
    warmings=5 * 8640,
    reconciles=120,
    zipped_gb=0.28,
)


def test_the_schedules_alone_are_free() -> None:
    """What is left is the storage of the zips."""
    dollars = month(STAGE, 0)
    assert {what for what, cost in dollars.items() if cost} == {"zips kept in S3"}
    assert sum(dollars.values()) < 0.02


def test_the_free_seconds_outlast_the_free_requests() -> None:
    """At one whole CPU: that is why it is the memory of what people wait for."""
    dollars = month(STAGE, 900_000)
    assert dollars["Lambda requests"] == dollars["Lambda GB-seconds"] == 0
    assert 400_000 / (0.06 * STAGE.memory_gb) == pytest.approx(3_860_000, rel=0.01)


def test_api_gateway_is_what_costs() -> None:
    """Nothing of it is free for good; without it a million requests are nearly free."""
    many = month(STAGE, 1_000_000)
    assert max(many, key=lambda what: many[what]) == "API Gateway"
    assert many["API Gateway"] == pytest.approx(1.20)
    one = month(replace(STAGE, has_api=False, zipped_gb=0.011, warmings=8640), 1_000_000)
    assert "API Gateway" not in one
    assert sum(one.values()) < 0.30


def test_beyond_what_is_free() -> None:
    """Ten million requests: by hand."""
    dollars = month(replace(STAGE, warmings=0, reconciles=0), 10_000_000)
    assert dollars["Lambda requests"] == pytest.approx(9 * 0.20)
    seconds = 10_000_000 * 0.06 + 200_000 * 0.6
    paid = seconds * STAGE.memory_gb - 400_000
    assert dollars["Lambda GB-seconds"] == pytest.approx(paid * 0.0000133334)
    assert dollars["secrets decrypted"] == pytest.approx((800_000 - 20_000) * 0.03 / 10_000)
    assert dollars["logs"] == pytest.approx((7 - 5) * 0.63)


def test_the_table_adds_up() -> None:
    """A row for each thing, a column for each size of month, the sums below."""
    lines = table(STAGE)
    assert lines[0].split()[-4:] == ["0", "100,000", "1,000,000", "10,000,000"]
    rows = [[float(cell) for cell in line.split("$")[1:]] for line in lines[1:]]
    for column in zip(*rows, strict=True):
        assert sum(column[:-1]) == pytest.approx(column[-1], abs=0.04)
