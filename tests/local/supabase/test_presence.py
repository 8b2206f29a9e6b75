"""Who says that they are there, and what the others are told of it."""

from typing import Any

from local.supabase import presence
from local.supabase.presence import Calls, Diff, Presences


def only(metas: dict[str, Any], key: str) -> dict[str, Any]:
    """Returns the one meta of the one key."""
    assert list(metas) == [key]
    (meta,) = metas[key]["metas"]
    assert isinstance(meta, dict)
    return meta


def said(diff: Diff | None) -> Diff:
    """Returns a change that there must be."""
    assert diff is not None
    return diff


class TestPresences:
    def test_track(self) -> None:
        """Who comes joins with what they say of themselves, and a ref that tells them apart."""
        presences = Presences()
        diff = said(presences.track("tab", "ann", {"on": "phone"}))
        meta = only(diff.joins, "ann")
        assert meta == {"on": "phone", "phx_ref": meta["phx_ref"]}
        assert diff.leaves == {}
        assert presences.state() == diff.joins

    def test_track_again(self) -> None:
        """Who says the same again says nothing; something else replaces what was said."""
        presences = Presences()
        first = only(said(presences.track("tab", "ann", {"n": 1})).joins, "ann")
        assert presences.track("tab", "ann", {"n": 1}) is None
        diff = said(presences.track("tab", "ann", {"n": 2}))
        second = only(diff.joins, "ann")
        assert only(diff.leaves, "ann") == first
        assert (second["n"], second["phx_ref_prev"]) == (2, first["phx_ref"])
        assert presences.state() == diff.joins

    def test_two_tabs(self) -> None:
        """A person with two tabs is one key with two metas, until both are gone."""
        presences = Presences()
        one = only(said(presences.track("one", "ann", {})).joins, "ann")
        two = only(said(presences.track("two", "ann", {})).joins, "ann")
        assert presences.state() == {"ann": {"metas": [one, two]}}
        assert only(said(presences.untrack("one")).leaves, "ann") == one
        assert presences.state() == {"ann": {"metas": [two]}}
        assert said(presences.untrack("two")) == Diff({}, {"ann": {"metas": [two]}})
        assert not presences

    def test_untrack_of_nobody(self) -> None:
        """Who wasn't there doesn't leave."""
        assert Presences().untrack("tab") is None


class TestCalls:
    def test_window(self) -> None:
        """A channel speaks of its presence five times in a window of 30 s, then in the next."""
        now = 100.0
        calls = Calls(lambda: now)
        assert [calls.admit() for _ in range(6)] == [True] * 5 + [False]
        now += presence.WINDOW_SECONDS - 0.1
        assert not calls.admit()
        now += 0.1
        assert calls.admit()
