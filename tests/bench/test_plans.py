"""The arithmetic of plans: tiers, the plan that holds, what breaks first, growth."""

from functools import partial
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import plans, plans_starts, plans_tables
from bench.coldshare_service import read
from bench.plans_assumptions import Assumptions
from bench.plans_bill import bill, breaks, dearest, total
from bench.plans_plan import Plan, beyond, up_to
from bench.plans_prices import LIVEKIT, OFFERS, SUPABASE, UPSTASH
from bench.plans_prices_aws import API_GATEWAY
from bench.plans_spends import Spends, measure
from bench.plans_starts import ColdDay
from bench.plans_terms import Item, Metered, Steps
from bench.plans_usage import Growth

DAY = Spends(
    users=40,
    webhooks=300,
    reads=500,
    checks=1_000,
    messages=640,
    reconciles=20,
    commands=1_500,
    commands_cold=3_000,
    redis_bytes=1_200_000,
    log_bytes=400_000,
    handler_ms=1,
    rpcs=500,
    broadcasts=160,
    broadcast_bytes=48_000,
    livekit_calls=30,
    participant_minutes=2_000,
    participants=12,
    peak_hour=0.3,
)
COLD_DAYS = {10: ColdDay(100, 400, 200, 1.7), 1_000: ColdDay(700, 2_800, 20_000, 1.7)}
GROWTH = Growth(DAY, COLD_DAYS, warmings=1_440)
ALL = st.floats(0, 1e9)


@pytest.mark.parametrize(
    ("amount", "usd"),
    [(0, 0), (500, 0), (501, 10), (1_500, 10), (1_501, 20), (10_000, 100), (11_000, 110)],
)
def test_begun_units(amount: float, usd: float) -> None:
    """A begun unit costs as a whole one; beyond the limit the last price goes on."""
    connections = Metered(((500, 0), (10_000, 10)), 1_000, whole_units=True)
    assert connections.cost(amount) == usd
    assert (connections.included, connections.limit) == (500, 10_000)


@pytest.mark.parametrize(("amount", "usd"), [(300e6, 360), (301e6, 361.08), (1, 1.2e-6)])
def test_tiers(amount: float, usd: float) -> None:
    """Each tier is charged at its own price, and what is charged from the first unit on is free
    up to nothing.
    """
    requests = Metered(((300e6, 1.20), (inf, 1.08)), 1e6)
    assert requests.cost(amount) == pytest.approx(usd)
    assert requests.included == 0


@pytest.mark.parametrize(("cores", "usd"), [(0.1, 0), (0.2, 0), (0.3, 5), (4, 50), (4.1, 100)])
def test_steps(cores: float, usd: float) -> None:
    """The smallest size that suffices is taken; beyond the largest, as many as it takes."""
    sizes = Steps((0.2, 0), (0.4, 5), (4, 50))
    assert sizes.cost(cores) == usd
    assert (sizes.included, sizes.limit) == (0.2, 4)


@pytest.mark.parametrize(
    ("commands", "plan", "usd"),
    [
        (500_000, "Free", 0),
        (500_001, "Pay as you go", 1.000002),
        (4_999_999, "Pay as you go", 9.999998),
        (5_000_001, "Fixed 250 MB", 10),
    ],
)
def test_cheapest_plan(commands: float, plan: str, usd: float) -> None:
    """At a plan's edge the next takes over, and a flat price as soon as it is the cheaper one."""
    used = {
        Item.COMMANDS: commands,
        Item.COMMANDS_PER_S: 10,
        Item.REDIS_GB: 8,
        Item.REDIS_MB: 1,
    }
    chosen = bill(UPSTASH, used)
    assert chosen.plan.name == plan
    assert chosen.usd == pytest.approx(usd)


def test_on_request() -> None:
    """Where no plan holds, one is stretched at its own prices, and says what to ask for."""
    used = GROWTH.usage(1_000_000)
    chosen = bill(SUPABASE, used)
    assert chosen.plan.name == "Pro"
    assert Item.CONNECTIONS in chosen.asked
    assert chosen.usd > 25 + 375 * 10  # 375,000 connections in thousands, 500 of them included


def test_by_hand() -> None:
    """A thousand users at LiveKit and at API Gateway, computed by hand."""
    used = GROWTH.usage(1_000)
    assert used[Item.MINUTES] == pytest.approx(25 * 2_000 * 30)  # 1.5 million: all that Scale has
    assert used[Item.DOWNSTREAM_GB] == pytest.approx(1_500_000 * 60 * 50_000 / 8 / 1e9)  # 562.5
    ship = 50 + (1_500_000 - 150_000) * 0.0005 + (562.5 - 250) * 0.12
    assert ship == 762.5
    assert bill(LIVEKIT, used).usd == 500
    assert bill(LIVEKIT[:2], {**used, Item.PARTICIPANTS: 300}).usd == pytest.approx(ship)
    requests = 25 * (300 + 500 + 1_000 + 20 + 3 * 500) * 30
    assert used[Item.HTTP_REQUESTS] == pytest.approx(requests)
    assert used[Item.INVOCATIONS] == pytest.approx(requests + 1_440 * 30)
    assert used[Item.DECRYPTIONS] == 2_800 * 30
    assert dearest(API_GATEWAY[0], used) is Item.HTTP_REQUESTS


def test_what_breaks_first() -> None:
    """Allowances are told in the order in which growth meets them, each where it is just met."""
    usage_of = GROWTH.usage
    found = breaks(LIVEKIT[0], usage_of)
    users, item = found[0]
    assert item is Item.MINUTES
    assert users == pytest.approx(5_000 / 30 / 2_000 * 40)
    assert [users for users, _ in found] == sorted(users for users, _ in found)
    for users, item in found:
        free = LIVEKIT[0].terms[item].included
        assert usage_of(users)[item] == pytest.approx(free)


def test_what_never_breaks() -> None:
    """What does not grow stands at infinity; what is never free, at 0."""
    found = {item: users for users, item in breaks(API_GATEWAY[0], GROWTH.usage)}
    assert found[Item.SCHEDULED] == inf
    assert found[Item.HTTP_REQUESTS] == pytest.approx(0, abs=1e-6)


@given(users=ALL, more=st.floats(1, 10))
def test_more_users_use_more(users: float, more: float) -> None:
    """With more users nothing is used less, with and without preflights."""
    for preflights in (False, True):
        few = GROWTH.usage(users, preflights=preflights)
        many = GROWTH.usage(users * more, preflights=preflights)
        assert all(many[item] >= few[item] * (1 - 1e-9) for item in few)


@given(users=ALL, more=st.floats(1, 10))
@settings(deadline=None)
def test_more_users_cost_more(users: float, more: float) -> None:
    """No month costs less with more users, at any vendor, and none costs less than nothing."""
    for offer in OFFERS:
        few = bill(offer.plans, GROWTH.usage(users)).usd
        many = bill(offer.plans, GROWTH.usage(users * more)).usd
        assert 0 <= few <= many * (1 + 1e-9)


@given(amount=ALL, free=st.floats(0, 1e6), usd=st.floats(0.01, 100), unit=st.floats(1, 1e6))
def test_price_of_the_excess(amount: float, free: float, usd: float, unit: float) -> None:
    """Beyond what is free, the excess costs its price; begun units at most one unit more."""
    exact = max(0, amount - free) / unit * usd
    assert beyond(free, usd, unit).cost(amount) == pytest.approx(exact)
    whole = beyond(free, usd, unit, whole=True).cost(amount)
    assert exact * (1 - 1e-9) <= whole <= exact + usd * (1 + 1e-9)


def test_preflights_and_gateway() -> None:
    """Function URLs count more invocations; API Gateway's price is for requests without them."""
    plain, answered = GROWTH.usage(1_000), GROWTH.usage(1_000, preflights=True)
    assert answered[Item.INVOCATIONS] - plain[Item.INVOCATIONS] == pytest.approx(20_000 * 30)
    assert answered[Item.HTTP_REQUESTS] == plain[Item.HTTP_REQUESTS]
    assert total(GROWTH, 1_000, gateway=True) > total(GROWTH, 1_000, gateway=False)


def test_cold_days_between_sizes() -> None:
    """Between two sizes a day is on a line, below the least its own, beyond in proportion."""
    assert plans_starts.at(1, COLD_DAYS) == COLD_DAYS[10]
    assert plans_starts.at(505, COLD_DAYS).starts == pytest.approx(400)
    assert plans_starts.at(1_000, COLD_DAYS) == COLD_DAYS[1_000]
    assert plans_starts.at(2_000, COLD_DAYS).secrets == 5_600
    assert plans_starts.at(2_000, COLD_DAYS).memory_gb == 1.7


def test_commands_stand_between_the_measured_days() -> None:
    """A few users spend as with one warm process, very many as with cold ones, and never beyond."""
    spent = {users: GROWTH.usage(users)[Item.COMMANDS] / users / 30 * 40 for users in (1, 1e3, 1e9)}
    assert spent[1] == pytest.approx(DAY.commands, rel=0.01)
    assert DAY.commands < spent[1e3] < DAY.commands_cold
    assert spent[1e9] == pytest.approx(DAY.commands_cold, rel=0.01)


def test_every_price_has_a_usage_and_a_source() -> None:
    """What plans limit is what usage tells; each vendor begins with what is free."""
    used = GROWTH.usage(100)
    for offer in OFFERS:
        assert offer.plans[0].monthly_usd == 0
        assert any(plan.on_request for plan in offer.plans)
        for plan in offer.plans:
            assert set(plan.terms) <= set(used)
            assert plan.source
            assert plan.checked
    priced = {item for offer in OFFERS for plan in offer.plans for item in plan.terms}
    assert priced == set(Item) == set(used)


def test_tables_and_figures() -> None:
    """The tables name every allowance, size, vendor and price; the figures keep their bars."""
    assert len(list(plans_tables.day(GROWTH))) > 30
    allowances = "\n".join(plans_tables.allowances(GROWTH))
    assert all(item in allowances for item in Item)
    sizes = list(plans_tables.sizes(GROWTH, (100, 1_000_000)))
    assert len(sizes) == 1 + 2 * (len(OFFERS) + 2)
    assert "unconfirmed" in "\n".join(plans_tables.prices())
    assert plans.figures(GROWTH, (100, 1_000)).passes


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0"), (0.5, "0.5"), (5_000, "5,000"), (2e6, "2.0M")]
)
def test_short_numbers(amount: float, text: str) -> None:
    """Numbers in tables are as short as they can be read."""
    assert plans_tables.short(amount) == text


def test_measured_day(valkey_port: int) -> None:
    """The day is that of the benchmark `day`, and everything that plans charge for was counted."""
    day = measure(valkey_port, 1)
    assert (day.users, day.webhooks, day.reads, day.checks) == (40, 300, 500, 1_000)
    assert 1_000 < day.commands <= 1_700 < day.commands_cold
    assert day.broadcasts == 168  # of 300 events, those that change presence
    assert 100 < day.log_bytes / day.requests < 500
    assert 6 * 13 * 15 < day.participant_minutes < 6 * 13 * 45
    assert 0.25 < day.peak_hour < 1
    assert 0 < day.participants < 40
    assert min(day.redis_bytes, day.broadcast_bytes, day.rpcs, day.livekit_calls) > 0


def test_warming_and_memory_are_those_deployed() -> None:
    """What is warmed, and with how much memory, is what serverless.yml says."""
    service = read()
    assert "livekit-token" in service.warmed
    assert service.warming_s == 300
    assert service.memory_mb["livekit-token"] >= service.memory_mb["livekit-reconcile"] >= 128
    assert service.secrets["badges"] == 0 < service.secrets["livekit-token"]


def test_assumptions_can_be_changed() -> None:
    """Another assumption changes what hangs on it, and nothing else."""
    other = Growth(DAY, COLD_DAYS, 1_440, Assumptions(online=0.75))
    before, after = GROWTH.usage(100), other.usage(100)
    changed = {item for item in Item if before[item] != after[item]}
    assert changed == {Item.CONNECTIONS, Item.REDIS_MB}


def test_a_vendor_without_a_stretchable_plan() -> None:
    """A limit that nothing lifts is an error, not a price."""
    rigid = (Plan("X", "Free", 0, {Item.COMMANDS: up_to(1)}, "", ""),)
    with pytest.raises(StopIteration):
        bill(rigid, {Item.COMMANDS: 2})


def test_breaks_with_preflights() -> None:
    """Lambda's free requests hold fewer users where our functions answer preflights."""
    with_them = {
        item: users
        for users, item in breaks(API_GATEWAY[0], partial(GROWTH.usage, preflights=True))
    }
    without = {item: users for users, item in breaks(API_GATEWAY[0], GROWTH.usage)}
    assert with_them[Item.INVOCATIONS] < without[Item.INVOCATIONS]
