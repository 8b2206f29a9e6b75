"""Every endpoint as one ASGI app: the local stack, Vercel, any container (`uvicorn app:app`).

`handler` is the same as one function of Lambda: serverless.one.yml.
"""

from functools import partial

from functions import badges, health  # isort: skip - before all others, as in each function
from common.endpoint import create_app, create_handler
from common.ops import scheduled_request
from functions.blocks import index as blocks
from functions.blocks import user_id as block
from functions.invites import code as invitation
from functions.livekit import moderate, participants, reconcile, token, webhook
from functions.matching import join, leave, status
from functions.rooms import index as rooms
from functions.rooms.room_id import index as room
from functions.rooms.room_id import owner
from functions.rooms.room_id.bans import index as bans
from functions.rooms.room_id.bans import user_id as ban
from functions.rooms.room_id.channels import channel_id as channel
from functions.rooms.room_id.channels import index as channels
from functions.rooms.room_id.invites import code as invite
from functions.rooms.room_id.invites import index as invites
from functions.rooms.room_id.members import index as members
from functions.rooms.room_id.members.user_id import index as member
from functions.rooms.room_id.members.user_id import roles as members_roles
from functions.rooms.room_id.roles import index as roles
from functions.rooms.room_id.roles import role_id as role

ENDPOINTS = (
    *(health, badges),
    *(participants, reconcile, token, webhook, moderate),
    *(join, status, leave, blocks, block),
    *(rooms, room, owner, channels, channel),
    *(members, member, members_roles, roles, role),
    *(bans, ban, invites, invite, invitation),
)

app = create_app(*(endpoint.router for endpoint in ENDPOINTS))
handler = create_handler(app, partial(scheduled_request, reconcile.PATH))
