"""The tables of matching beside the model, and by themselves."""

import math
from datetime import timedelta

import asyncpg

from tests.sql.conftest import Database
from tests.sql.matching_model import PATIENCE, SILENCE, Matching, Ticket, Wish
from tests.sql.matching_stage import Comparison, Differs

_TICKETS = """
select user_id::text, room_id::text, pool::text, group_size, interests, languages, strangers,
  private.ms(since) as since, private.ms(asked_at) as asked, since as since_at, match_id::text,
  sid is not null as here, joined_ms, left_sids, last_match_id::text, last_reason
from private.match_tickets
order by match_tickets.since, user_id
"""


async def tables(database: Database) -> dict[str, list[asyncpg.Record]]:
    """Reads all that is written of matching."""
    fetch = database.admin.fetch
    return {
        "tickets": await fetch(_TICKETS),
        "matches": await fetch(
            "select id::text, group_size, started_at is not null as stands from private.matches"
        ),
        "topics": await fetch(
            "select pool::text, group_size, topic, language, since, user_id::text, from_at "
            "from private.match_topics"
        ),
        "meetings": await fetch(
            "select match_id::text, user_id::text, left_at = 'infinity' as there "
            "from private.match_meetings"
        ),
        "blocks": await fetch("select blocker_id::text, blocked_id::text from public.user_blocks"),
    }


def ticket_of(row: asyncpg.Record, passed: int, n: int) -> Ticket:
    """Makes the model's ticket of a waiting one in the tables."""
    wish = Wish(
        row["room_id"],
        row["group_size"],
        frozenset(row["interests"]),
        frozenset(row["languages"]),
        row["strangers"],
    )
    return Ticket(row["user_id"], wish, row["since"] + passed, n, row["asked"] + passed)


def compare(model: Matching, now: int, passed: int, read: dict[str, list[asyncpg.Record]]) -> None:
    """Holds that the tables say what the model says: who waits, in which match, how it stands."""
    beside = Comparison(model, now, passed)
    rows = {row["user_id"]: row for row in read["tickets"]}
    for t in model.tickets.values():
        if t.match is None and now - t.asked >= SILENCE:
            continue
        if t.user not in rows:
            raise Differs(f"{t.user} is lost")
        row = rows.pop(t.user)
        beside.match("match", row["match_id"], t.match)
        written = ticket_of(row, passed, t.born)
        beside.same("wish", written.wish, t.wish)
        beside.same("since", written.since, t.since)
        if t.match is None:
            beside.match("last", row["last_match_id"], t.last and t.last[0])
            beside.same("reason", row["last_reason"], t.last and t.last[1])
        else:
            beside.same("here", row["here"], t.here)
            # events that came at once may have come in any order: these tell which it was
            beside.same("joined_ms", row["joined_ms"], t.session and t.session[0])
            beside.same("ended", set(row["left_sids"]), t.ended)
    for row in rows.values():  # nobody asks for what is left
        beside.same("match of the silent", row["match_id"], None)
        if now - (row["asked"] + passed) < SILENCE - 1:
            raise Differs(f"{row['user_id']} should have no ticket")
    stand = {row["id"]: row["stands"] for row in read["matches"]}
    beside.same(
        "matches",
        stand,
        {model.names[n]: match.started is not None for n, match in model.matches.items()},
    )
    meetings = {(r["match_id"], r["user_id"]): r["there"] for r in read["meetings"]}
    expected = {
        (model.names.get(match), user): left == math.inf
        for match, met in model.meetings.items()
        for user, left in met.items()
    }
    beside.same("meetings", meetings, expected)
    blocks = {(r["blocker_id"], r["blocked_id"]) for r in read["blocks"]}
    beside.same("blocks", blocks, model.blocks)


def consistent(read: dict[str, list[asyncpg.Record]]) -> None:
    """Holds what is true of the tables whatever happened, by themselves."""
    topics = set()
    for row in read["tickets"]:
        if row["match_id"] is not None:
            continue
        patience = timedelta(milliseconds=PATIENCE if row["interests"] else 0)
        found = [(i, timedelta()) for i in row["interests"]]
        if row["strangers"] or not row["interests"]:
            found.append(("", patience))
        since = row["since_at"]
        topics |= {
            (row["pool"], row["group_size"], topic, language, since, row["user_id"], since + after)
            for topic, after in found
            for language in row["languages"] or ["*"]
        }
    if {tuple(row) for row in read["topics"]} != topics or len(topics) != len(read["topics"]):
        raise Differs("the topics aren't those of the tickets")
    members: dict[str, int] = {}
    for row in read["tickets"]:
        members[row["match_id"]] = members.get(row["match_id"], 0) + 1
    for match in read["matches"]:
        here = members.get(match["id"], 0)
        most = match["group_size"]
        if not (2 <= here <= most if match["stands"] else here == most):
            raise Differs(f"{here} are in a match of {most}")


def left_over(
    model: Matching, now: int, passed: int, read: dict[str, list[asyncpg.Record]]
) -> None:
    """Holds that among those who wait, as the tables have it, there is no right group."""
    waiting = [row for row in read["tickets"] if row["match_id"] is None]
    among = Matching(blocks=model.blocks, meetings=model.meetings)
    for n, row in enumerate(waiting):
        among.tickets[row["user_id"]] = ticket_of(row, passed, n)
    for t in among.tickets.values():
        group = among.group_of(t, now)
        if group:
            raise Differs(f"{[m.user for m in group]} wait though they fit")
