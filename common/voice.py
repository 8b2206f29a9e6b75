"""Carries what the database says of people into the calls they are in.

A token says what its bearer may do and how they are shown (badges, colour) for as long as they
stay. When a role, a ban or a mute changes that, LiveKit, presence and everybody's sidebar must
follow. Nobody is told here what changed: the people in the calls are compared with their
standings, so a change that was missed, came twice or was made straight through Supabase ends the
same way (docs/decisions/0007).
"""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple

from common import (
    http,
    keys,
    livekit,
    log,
    matches,
    presence,
    realtime,
    redis,
    roster,
    service_role,
)
from common.errors import Problem, Unavailable
from common.grants import Permission, participant_permission
from common.sessions import LIVEKIT_MATCH_ROOM, Channel, Session, attributes_of
from common.settings import SettingError

ATTRIBUTES = frozenset({"badges", "color", "permissions", "muted", "private"})
"""The attributes that are ours; a participant may have others, which are left alone."""
PASSES = 5
"""A change that comes during a pass is found by the next; who changes things all the time waits."""
AWAY = (Unavailable, Problem, SettingError)


class Standing(NamedTuple):
    """What the database says of somebody in a channel; `attributes` has no empty texts."""

    may_connect: bool
    permissions: Permission
    attributes: dict[str, str]

    @classmethod
    def of(cls, answer: Any, session: Session) -> "Standing":
        """Reads one entry of `voice_standings`; ValueError when it is of another place."""
        if (answer["user_id"], answer["channel_id"]) != (session.identity, session.channel_id):
            raise ValueError("voice_standings answered for another place")
        return cls(
            may_connect=answer["may_connect"] is True,
            permissions=Permission(int(answer["permissions"])),
            attributes=attributes_of(answer["attributes"]),
        )

    def fits(self, session: Session) -> bool:
        """Says whether the session is as it should be. Its attributes say what it may do, too."""
        theirs = session.attributes
        return self.may_connect and all(
            theirs.get(name) == self.attributes.get(name) for name in self._names
        )

    def change(self) -> dict[str, str]:
        """Returns what makes LiveKit's attributes of a participant right: empty takes one away."""
        return {name: self.attributes.get(name, "") for name in sorted(self._names)}

    def shown(self, session: Session) -> Session:
        """Returns the session as it is once LiveKit has taken `change`."""
        return session._replace(attributes=attributes_of(session.attributes | self.change()))

    @property
    def _names(self) -> frozenset[str]:
        return ATTRIBUTES | self.attributes.keys()


async def refresh(room_id: str) -> bool:
    """Carries a community's standings into its calls, after a change of them.

    Spends 1 billed Redis command, 1 more when somebody is changed; 1 Supabase RPC when somebody
    is in a call, 1 more when somebody is changed; a LiveKit call for each of those.

    Returns:
        Whether all who are in a call are now as the database says. If not, the log says why; the
        next reconcile does what is left. Never raises.
    """
    try:
        here = await _here(room_id)
    except AWAY as error:
        log.event("voice_not_settled", room_id=room_id, reason=str(error))
        return False
    return await settle(room_id, here)


async def settle(
    room_id: str,
    sessions: Iterable[Session],
    *,
    deadline_ms: int | None = None,
    after: asyncio.Future[None] | None = None,
) -> bool:
    """Compares sessions of a community with their standings, and changes those that differ.

    Who may no longer connect is removed; in the rooms of matches, who is no member of the match. As
    `refresh`: never raises.

    Args:
        room_id: the community.
        sessions: as far as they are known; of one session there may be several, from several
            sources, and each must be right.
        deadline_ms: how long the database may take to answer, if less than usual.
        after: what has to be broadcast before what is changed here, or the older would be told
            last.
    """
    if room_id == LIVEKIT_MATCH_ROOM:
        return await matches.put_out_strangers(sessions)
    seen: dict[str, list[Session]] = {}
    for session in sessions:
        if session.is_member:
            seen.setdefault(session.place, []).append(session)
    complete = True
    try:
        for _ in range(PASSES):
            wrong = await _wrong(room_id, seen, deadline_ms) if seen else []
            if not wrong:
                return complete
            changed = await _change(room_id, wrong)
            if after is not None:
                await after
            updated = [session for outcome in changed if outcome for session in outcome]
            recorded = await _tell(room_id, updated)
            complete &= recorded and None not in changed
            # What was sent is compared again, with what the database says now: of two changes at
            # once, whoever sent the older one finds that out here.
            seen = {session.place: [session] for session in updated}
    except AWAY as error:
        log.event("voice_not_settled", room_id=room_id, reason=str(error))
        return False
    log.event("voice_not_settled", room_id=room_id, reason="it changes all the time")
    return False


async def tell(changes: Iterable[presence.Change], *, deadline_ms: int | None = None) -> None:
    """Broadcasts changes to those who may see their channels.

    A token that says nothing may be older than what hides its channel, or not one of ours: then the
    database is asked, 1 RPC a channel.
    """
    said = list(changes)
    unsure = list({c.channel for c in said if not (c.session and c.session.is_private)})
    answers = await asyncio.gather(*(_is_private(channel, deadline_ms) for channel in unsure))
    private = dict(zip(unsure, answers, strict=True))
    await realtime.broadcast(
        "voice",
        [(c.channel.topic(private=private.get(c.channel, True)), c.message()) for c in said],
    )


def _topic(change: presence.Change) -> str:
    """Returns where a change is told whose session was made right just now."""
    return change.channel.topic(private=change.session is None or change.session.is_private)


async def _is_private(channel: Channel, deadline_ms: int | None) -> bool:
    """Says whether a channel is hidden from anybody; True when the database doesn't answer."""
    if channel.room_id == LIVEKIT_MATCH_ROOM:
        return False
    place = {"p_room_id": channel.room_id, "p_channel_id": channel.channel_id}
    try:
        return await service_role.rpc(
            "voice_is_private", place, read=_boolean, deadline_ms=deadline_ms
        )
    except AWAY as error:
        log.event("privacy_not_known", room=channel.livekit_room, reason=str(error))
        return True


def _boolean(answer: Any) -> bool:
    if not isinstance(answer, bool):
        raise TypeError("a boolean is expected")
    return answer


async def _here(room_id: str) -> list[Session]:
    try:
        return presence.who_is_here(await redis.fields(keys.voice(room_id)))
    except Unavailable:
        return await roster.from_livekit(room_id)


async def _wrong(
    room_id: str, seen: dict[str, list[Session]], deadline_ms: int | None
) -> list[tuple[Session, Standing]]:
    """Asks the database about each session; returns those that aren't as it says."""
    people = [versions[0] for versions in seen.values()]

    def read(answer: Any) -> list[Standing]:
        return [Standing.of(a, session) for a, session in zip(answer, people, strict=True)]

    places = [{"user_id": s.identity, "channel_id": s.channel_id} for s in people]
    standings = await service_role.rpc(
        "voice_standings",
        {"p_room_id": room_id, "p_places": places},
        read=read,
        deadline_ms=deadline_ms,
    )
    return [
        (session, standing)
        for session, standing in zip(people, standings, strict=True)
        if not all(standing.fits(version) for version in seen[session.place])
    ]


async def _change(
    room_id: str, wrong: list[tuple[Session, Standing]]
) -> list[tuple[Session, ...] | None]:
    """Has LiveKit change or remove each.

    Returns:
        For each the session as it is now, () for one that is gone, None where LiveKit failed.
        Once it has failed a few times it isn't asked again: whoever caused this waits for it.
    """
    turn = asyncio.Semaphore(http.AT_ONCE)
    failed: list[str] = []

    async def one(session: Session, standing: Standing) -> tuple[Session, ...] | None:
        room = Channel(room_id, session.channel_id).livekit_room
        async with turn:
            if len(failed) >= http.AT_ONCE:
                return None
            try:
                if not standing.may_connect:
                    await livekit.remove_participant(room, session.identity)
                    return ()
                there = await livekit.update_participant(
                    room,
                    session.identity,
                    attributes=standing.change(),
                    permission=participant_permission(standing.permissions),
                )
            except AWAY as error:
                failed.append(str(error))
                return None
        return (standing.shown(session),) if there else ()

    outcomes = await asyncio.gather(*(one(session, standing) for session, standing in wrong))
    log.event(
        "voice_changed",
        room_id=room_id,
        updated=sum(bool(outcome) for outcome in outcomes),
        gone=outcomes.count(()),
        failed=outcomes.count(None),
        reason=failed[0] if failed else None,
    )
    return list(outcomes)


async def _tell(room_id: str, updated: list[Session]) -> bool:
    """Writes down what LiveKit was told of these sessions, and broadcasts it.

    Returns:
        Whether Redis took it. A broadcast is a courtesy.
    """
    if not updated:
        return True
    said = [
        presence.Change("updated", Channel(room_id, s.channel_id), s.room_sid, s) for s in updated
    ]
    recorded, _ = await asyncio.gather(
        redis.execute(*presence.overlay_command(room_id, updated)),
        realtime.broadcast("voice", [(_topic(change), change.message()) for change in said]),
        return_exceptions=True,
    )
    roster.forget(room_id)
    return not isinstance(recorded, BaseException)
