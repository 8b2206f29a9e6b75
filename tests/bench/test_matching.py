"""The benchmark `matching` can fail: its judge finds what is wrong, its optimum is one."""

from collections.abc import Iterable
from itertools import combinations
from uuid import UUID

import pytest

from bench import matching_trace
from bench.matching_judge import (
    BLOCKED,
    Apart,
    Person,
    Told,
    Wish,
    earliest,
    faults,
    missed,
    wrong,
)
from bench.matching_optimum import optimum, right_groups, without_hopeless
from bench.matching_trace import Match, Trace, naive, narrowed, total_wait


def _person(
    number: int,
    interests: str = "",
    languages: str = "",
    *,
    size: int = 2,
    strangers: bool = True,
    since: float = 0.0,
) -> Person:
    wish = Wish(size, frozenset(interests.split()), frozenset(languages.split()), strangers)
    return Person(UUID(int=number), wish, since)


def _pair(one: int, other: int) -> frozenset[UUID]:
    return frozenset((UUID(int=one), UUID(int=other)))


@pytest.mark.parametrize(
    ("other", "apart", "found"),
    [
        (_person(2, "chess jazz", "de"), {}, []),
        (_person(2, "chess", ""), {}, []),
        (_person(2, "chess", "de", size=3), {}, ["size"]),
        (_person(1, "chess", "de"), {}, ["size"]),
        (_person(2, "chess", "fr"), {}, ["language"]),
        (_person(2, "jazz", "de"), {}, ["topic"]),
        (_person(2, "jazz", "de", since=-20), {}, ["topic"]),
        (_person(2, "", "de"), {}, ["topic"]),
        (_person(2, "chess", "de"), {_pair(1, 2): BLOCKED}, ["blocked"]),
        (_person(2, "chess", "de"), {_pair(1, 2): 10.1}, ["met"]),
        (_person(2, "chess", "de"), {_pair(1, 2): 10.0, _pair(1, 3): BLOCKED}, []),
    ],
)
def test_each_wrong_match_is_found(other: Person, apart: Apart, found: list[str]) -> None:
    """Made ten seconds after somebody came who wishes to talk about chess in German or English."""
    assert faults([_person(1, "chess", "de en"), other], apart, 10.0) == found


@pytest.mark.parametrize(("strangers", "ready"), [(True, True), (False, False)])
def test_strangers_are_fine_after_twenty_seconds(strangers: bool, ready: bool) -> None:
    group = [_person(1, "chess", strangers=strangers), _person(2, strangers=False)]
    assert faults(group, {}, 19.9) == ["topic"]
    assert (faults(group, {}, 20.0) == []) is ready


def test_three_need_one_thing_that_all_share() -> None:
    """That any two of them share something is not enough."""
    topics = [_person(n, two, size=3) for n, two in enumerate(["a b", "b c", "a c"])]
    assert faults(topics, {}, 0.0) == ["topic"]
    languages = [_person(n, "x", two, size=3) for n, two in enumerate(["de en", "en fr", "de fr"])]
    assert faults(languages, {}, 0.0) == ["language"]
    assert earliest(languages, {}) is None


def test_who_should_have_been_matched_is_found() -> None:
    me, fits = _person(1, "chess", "de", since=5.0), _person(2, "chess", "de")
    assert missed(me, [_person(3, "jazz", "de"), fits], {})
    assert not missed(me, [fits], {_pair(1, 2): BLOCKED})


def _wrong_of(
    kept: dict[int, str | None], answers: Iterable[tuple[int, str, set[int]]]
) -> set[str]:
    """Returns what is wrong where 1 and 2 wait, and 3 and 4 join."""
    told = [
        Told(UUID(int=user), 30.0, match, frozenset(UUID(int=n) for n in members))
        for user, match, members in answers
    ]
    people = {UUID(int=n): _person(n) for n in (1, 2, 3, 4)}
    return set(wrong(people, {}, told, {UUID(int=n): match for n, match in kept.items()}))


def test_wrong_answers_are_found() -> None:
    right = [(3, "A", {1, 3}), (4, "B", {2, 4})]
    kept: dict[int, str | None] = {1: "A", 2: "B", 3: "A", 4: "B"}
    assert _wrong_of(kept, right) == set()
    assert _wrong_of({1: "A", 3: "A", 4: None, 2: None}, right[:1]) == set()
    assert _wrong_of({1: "A", 2: "B", 3: "A"}, right) == {"lost", "kept otherwise"}
    assert _wrong_of(kept, right[:1]) == {"kept otherwise"}
    twice = [(3, "A", {1, 3}), (4, "B", {1, 4})]
    assert _wrong_of({1: "B", 2: None, 3: "A", 4: "B"}, twice) == {
        "in two matches",
        "kept otherwise",
    }
    assert "told different members" in _wrong_of(kept, [(3, "A", {1, 3}), (1, "A", {1, 4})])
    assert "told different members" in _wrong_of(kept, [(3, "A", {1, 4})])


def test_the_optimum_waits_for_a_better_one() -> None:
    """Whoever takes the first who fits leaves two alone: 1 and 2 share an interest, as 3 and 4 do.

    The optimum waits for 3 and 4, of whom either fits only one of the two.
    """
    people = [
        _person(1, "a", "de", strangers=False),
        _person(2, "a b", "de", strangers=False, since=1.0),
        _person(3, "b", "de", strangers=False, since=2.0),
        _person(4, "a", "de", strangers=False, since=3.0),
    ]
    trace = Trace(people, {_pair(2, 4): BLOCKED}, 100.0)
    assert set(optimum(trace)) == {Match(_pair(2, 3), 2.0), Match(_pair(1, 4), 3.0)}
    assert set(naive(trace)) == {Match(_pair(1, 2), 1.0)}
    assert total_wait(trace, optimum(trace)) == 4.0
    assert total_wait(trace, naive(trace)) == 1.0 + 98.0 + 97.0


def test_the_optimum_keeps_every_rule() -> None:
    """It makes a group when the last of its members is there, ready, and apart long enough."""
    strangers = [_person(1, "a", since=3.0), _person(2, "b", since=9.0)]
    assert optimum(Trace(strangers, {}, 100.0)) == [Match(_pair(1, 2), 29.0)]
    assert optimum(Trace(strangers, {_pair(1, 2): 50.0}, 100.0)) == [Match(_pair(1, 2), 50.0)]
    assert optimum(Trace(strangers, {_pair(1, 2): BLOCKED}, 100.0)) == []
    assert optimum(Trace(strangers, {}, 29.0)) == []


def test_the_optimum_is_the_best_of_all_packings() -> None:
    """As good as the best of all there are, on small traces with groups of two to four."""
    for seed in range(20):
        trace = matching_trace.draw(seed, 14)
        groups = [group for size in (2, 3, 4) for group in right_groups(trace, size)]
        for group in groups:
            members = [person for person in trace.people if person.user in group.members]
            assert faults(members, trace.apart, group.at) == []
            assert faults(members, trace.apart, group.at - 0.1) or group.at == members[-1].since
        assert total_wait(trace, optimum(trace)) == pytest.approx(_least(trace, groups, []))


def _least(trace: Trace, groups: list[Match], taken: list[Match]) -> float:
    """Returns the least wait of all packings, tried one by one."""
    least = total_wait(trace, taken)
    for index, group in enumerate(groups):
        rest = [one for one in groups[index + 1 :] if not one.members & group.members]
        least = min(least, _least(trace, rest, [*taken, group]))
    return least


def test_naive_matchers_keep_the_rules() -> None:
    for seed in range(3):
        trace = matching_trace.draw(seed)
        people = {person.user: person for person in trace.people}
        for matches in (naive(trace), naive(narrowed(trace))):
            assert len(matches) > 50
            for match in matches:
                members = [people[user] for user in match.members]
                assert faults(members, trace.apart, match.at) == []
            assert not any(a.members & b.members for a, b in combinations(matches, 2))


def test_nobody_is_hopeless_whom_a_matcher_matches() -> None:
    trace = matching_trace.draw(1, 120)
    hopeful = without_hopeless(trace)
    assert 60 < len(hopeful.people) < len(trace.people)
    saved = [total_wait(trace, optimum(one)) for one in (hopeful, trace)]
    assert saved[0] == pytest.approx(saved[1])
    left = {person.user for person in hopeful.people}
    assert all(match.members <= left for match in naive(trace))
