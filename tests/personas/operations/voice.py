"""Voice: the token, who is there, what a moderator does; and the badges, which are everybody's."""

from tests.personas.operation import OK, Operation
from tests.personas.scratch import (
    ARENA,
    COADMIN,
    COLLEAGUE,
    GENERAL,
    HUSHED,
    LOUNGE,
    NEWCOMER,
    PEOPLE,
    ROOM,
    STAGE,
    UNKNOWN,
    VAULT,
)

_TOKEN = "POST /api/livekit/token"
_MODERATE = "POST /api/livekit/moderate"

VOICE = [
    Operation(
        title="get a token for a voice channel",
        route=_TOKEN,
        function="voice_access",
        body={"room_name": f"{ROOM}:{LOUNGE}"},
        arguments={"room_id": ROOM, "channel_id": LOUNGE},
        members=(OK, OK, OK, OK),
        others=("channel_not_found", "channel_not_found"),
    ),
    Operation(
        title="get one for a channel that `@everyone` is denied to join",
        route=_TOKEN,
        function="voice_access",
        body={"room_name": f"{ROOM}:{STAGE}"},
        arguments={"room_id": ROOM, "channel_id": STAGE},
        members=(OK, OK, "may_not_connect", "may_not_connect"),
        others=("channel_not_found", "channel_not_found"),
    ),
    Operation(
        title="get one for a channel that is hidden from moderators",
        route=_TOKEN,
        function="voice_access",
        body={"room_name": f"{ROOM}:{VAULT}"},
        arguments={"room_id": ROOM, "channel_id": VAULT},
        members=(OK, OK, "channel_not_found", "channel_not_found"),
        others=("channel_not_found", "channel_not_found"),
    ),
    Operation(
        title="get one for a text channel",
        route=_TOKEN,
        function="voice_access",
        body={"room_name": f"{ROOM}:{GENERAL}"},
        arguments={"room_id": ROOM, "channel_id": GENERAL},
        members=(
            "not_a_voice_channel",
            "not_a_voice_channel",
            "not_a_voice_channel",
            "not_a_voice_channel",
        ),
        others=("channel_not_found", "channel_not_found"),
    ),
    Operation(
        title="see who is in the voice channels that one sees",
        route="GET /api/livekit/participants",
        function="voice_channels",
        query={"room_id": ROOM},
        members=(OK, OK, OK, OK),
    ),
]


def _moderate(
    title: str,
    action: str,
    user_id: str,
    *,
    at: str = LOUNGE,
    to: str | None = None,
    members: tuple[str, str, str, str],
) -> Operation:
    body = {"room_id": ROOM, "channel_id": at, "user_id": user_id, "action": action}
    return Operation(
        title=title,
        route=_MODERATE,
        function="moderate_voice",
        body=body | ({"to_channel_id": to} if to else {}),
        writes=action in {"mute", "unmute"},  # what else is done is done in LiveKit
        members=members,
    )


MODERATION = [
    _moderate(
        "mute a member with a role below the moderator's",
        "mute",
        NEWCOMER,
        members=(OK, OK, OK, "missing_permission"),
    ),
    _moderate(
        "mute a moderator",
        "mute",
        COLLEAGUE,
        members=(OK, OK, "member_too_high", "missing_permission"),
    ),
    _moderate(
        "mute the owner",
        "mute",
        PEOPLE["owner"],
        members=("member_too_high", "member_too_high", "member_too_high", "missing_permission"),
    ),
    _moderate(
        "mute somebody in a channel in which moderators are denied `MUTE_MEMBERS`",
        "mute",
        NEWCOMER,
        at=STAGE,
        members=(OK, OK, "missing_permission", "missing_permission"),
    ),
    _moderate(
        "mute somebody in a channel that is hidden from moderators",
        "mute",
        NEWCOMER,
        at=VAULT,
        members=(OK, OK, "channel_not_found", "channel_not_found"),
    ),
    _moderate(
        "mute somebody who isn't a member",
        "mute",
        UNKNOWN,
        members=("member_not_found", "member_not_found", "member_not_found", "missing_permission"),
    ),
    _moderate(
        "unmute a member who is muted",
        "unmute",
        HUSHED,
        members=(OK, OK, OK, "missing_permission"),
    ),
    _moderate(
        "remove a member from voice",
        "remove",
        NEWCOMER,
        members=(OK, OK, OK, "missing_permission"),
    ),
    _moderate(
        "remove an administrator, another one, from voice",
        "remove",
        COADMIN,
        members=(OK, "member_too_high", "member_too_high", "missing_permission"),
    ),
    _moderate(
        "move a member to another voice channel",
        "move",
        NEWCOMER,
        to=ARENA,
        members=(OK, OK, OK, "missing_permission"),
    ),
    _moderate(
        "move a member to a channel that they may not join",
        "move",
        NEWCOMER,
        to=STAGE,
        members=("may_not_connect", "may_not_connect", "may_not_connect", "missing_permission"),
    ),
    _moderate(
        "move a member to a channel that is hidden from moderators",
        "move",
        NEWCOMER,
        to=VAULT,
        members=("may_not_connect", "may_not_connect", "channel_not_found", "missing_permission"),
    ),
]

BADGES = [
    Operation(
        title="list the icons of badges",
        route="GET /api/badges",
        function="",
        members=(OK, OK, OK, OK),
        others=(OK, OK),
        anonymous=OK,
    ),
]
