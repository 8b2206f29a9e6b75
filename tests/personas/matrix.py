"""Who may do what: every operation for every persona. docs/permissions.md is printed from it."""

from tests.personas.operation import Operation
from tests.personas.operations.channels import CHANNELS
from tests.personas.operations.giving import GIVING
from tests.personas.operations.matching import BLOCKS, MATCHING
from tests.personas.operations.members import BANS, MEMBERS
from tests.personas.operations.roles import ROLES
from tests.personas.operations.rooms import INVITES, JOINING, ROOMS
from tests.personas.operations.voice import BADGES, MODERATION, VOICE

SECTIONS: dict[str, list[Operation]] = {
    "Rooms": ROOMS,
    "Joining": JOINING,
    "Invitations": INVITES,
    "Members": MEMBERS,
    "Bans": BANS,
    "Roles": ROLES,
    "Giving roles": GIVING,
    "Channels": CHANNELS,
    "Voice": VOICE,
    "Moderation in voice": MODERATION,
    "Matching": MATCHING,
    "Blocks": BLOCKS,
    "Badges": BADGES,
}
OPERATIONS = [operation for section in SECTIONS.values() for operation in section]

NOT_FOR_PEOPLE = {
    "GET /api/health": "for whoever watches the service, without signing in",
    "POST /api/livekit/webhook": "for LiveKit, which signs",
    "POST /api/livekit/reconcile": "for the schedule, with the ops key",
    "GET /api/livekit/reconcile": "for schedules that can't POST, with the ops key",
}
"""Routes that know no personas, and whose they are."""
