"""What people may do next in matching: random, and mostly something that makes a difference."""

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.sql.matching_model import Matching, Ticket, Wish
from tests.sql.matching_stage import Call

HOW_OFTEN = {
    "join": 9,
    "status": 5,
    "leave": 1,
    "block": 2,
    "unblock": 1,
    "gather": 4,
    "joined": 1,
    "left": 1,
    "finished": 1,
    "hang_up": 1,
    "part": 2,
    "again": 2,
    "wait": 5,
}
KINDS = [kind for kind, times in HOW_OFTEN.items() for _ in range(times)]
# no sum of these is within a second below one of the times that count
WAITS = [3_100, 9_300, 21_700, 21_700, 31_000, 620_000]
WORDS = ("chess", "jazz", "tea")
TONGUES = ("de", "en", "fr")
NO_MATCH = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Style:
    """How people of one schedule are: those who are much alike meet more often."""

    sizes: tuple[int, ...] = (2, 3, 4)
    interests: tuple[int, ...] = (0, 1, 1, 2)
    languages: tuple[int, ...] = (0, 1, 1, 2)
    rooms: tuple[str | None, ...] = (None,)


STYLES = [
    Style(),
    Style(sizes=(2,), interests=(0, 1, 1), languages=(0,)),
    Style(sizes=(2,), interests=(1,), languages=(0, 0, 1)),
    Style(sizes=(3,), interests=(0, 1), languages=(0,)),
    Style(sizes=(3,), interests=(0, 1, 2), languages=(0, 1, 2)),
    Style(sizes=(2, 3, 3, 4), interests=(0,), languages=(0,)),
]


@dataclass(frozen=True)
class Step:
    """Something that happens; `seed` says to whom and how."""

    kind: str
    seed: int


steps = st.builds(Step, kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32))
plans = st.lists(steps, min_size=12, max_size=30)


def wish_of(rng: random.Random, style: Style) -> Wish:
    """Chooses what somebody wishes."""
    return Wish(
        room=rng.choice(style.rooms),
        size=rng.choice(style.sizes),
        interests=frozenset(rng.sample(WORDS, rng.choice(style.interests))),
        languages=frozenset(rng.sample(TONGUES, rng.choice(style.languages))),
        strangers=rng.random() < 0.7,
    )


@dataclass
class Next:
    """Chooses calls by what the model knows."""

    model: Matching
    users: list[str]
    style: Style
    rng: random.Random

    def calls(self, kind: str) -> list[Call]:
        """Returns what happens in a step: a call, or several that lead to something."""
        me = self.rng.choice(self.users)
        match kind:
            case "join":
                found = [Call(me, kind, wish=self._wish(me))]
            case "status" | "leave":
                found = [Call(me, kind)]
            case "block" | "unblock":
                found = [self._about(me, kind)]
            case "gather":
                found = [self._event("joined", t, 0) for t in self._together(stand=False)]
            case "hang_up":
                found = [self._event("left", t, 0) for t in self._together(stand=True)]
            case "part":
                found = [Call(t.user, "leave") for t in self._together(stand=True)]
            case "again":
                found = self._again()
            case _:
                found = [self._told(me, kind)]
        return found

    def _told(self, me: str, kind: str) -> Call:
        """LiveKit tells something, mostly of somebody who is in a match."""
        met = [t for t in self.model.tickets.values() if t.match in self.model.names]
        if not met or self.rng.random() < 0.1:
            return self._late(me, kind)
        return self._event(kind, self.rng.choice(met), self.rng.choice((0, 0, 0, 1, 2)))

    def _wish(self, me: str) -> Wish:
        mine = self.model.tickets.get(me)
        if mine and self.rng.random() < 0.3:
            return mine.wish
        return wish_of(self.rng, self.style)

    def _about(self, me: str, kind: str) -> Call:
        mine = sorted(other for one, other in self.model.blocks if one == me)
        if kind == "unblock" and mine:
            return Call(me, kind, other=self.rng.choice(mine))
        return Call(me, kind, other=self.rng.choice([u for u in self.users if u != me]))

    def _together(self, *, stand: bool) -> list[Ticket]:
        """Returns the members of a match that stands, or of one that doesn't yet."""
        known = [(n, it) for n, it in self.model.matches.items() if n in self.model.names]
        found = [n for n, it in known if stand == (it.started is not None)]
        return self.model.members(self.rng.choice(found)) if found else []

    def _again(self) -> list[Call]:
        """Those who have met want to talk once more, and are easily pleased."""
        if not self.model.meetings:
            return []
        match = self.rng.choice(list(self.model.meetings))
        wish = Wish(size=self.rng.choice(self.style.sizes), room=self.style.rooms[0])
        return [Call(user, "join", wish=wish) for user in self.model.meetings[match]]

    def _event(self, kind: str, t: Ticket, n: int) -> Call:
        name = self.model.names[t.match or 0]
        session = (n, f"PA_{t.user}_{n}")
        return Call(t.user, kind, match=name, livekit=f"RM_{name}", session=session)

    def _late(self, me: str, kind: str) -> Call:
        """Tells of a match that may be over, or never was theirs."""
        name = self.rng.choice([*self.model.names.values(), NO_MATCH])
        n = self.rng.randrange(3)
        return Call(me, kind, match=name, livekit="RM_other", session=(n, f"PA_{me}_{n}"))
