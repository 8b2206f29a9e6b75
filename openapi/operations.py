"""Each operation's name, and what it takes and answers: by its method and path."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from openapi.shapes import matching, members, operators, requests, rooms, voice

Body = type[BaseModel]
Caller = Literal["user", "nobody", "operator", "nobody or operator", "livekit"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    Attributes:
        id: its name, which a front end's code may use.
        answers: status → what is answered; None for no body.
        body: what it takes.
        caller: whose credentials it asks for.
        cached: whether it has an ETag that `If-None-Match` compares, and answers 304.
    """

    id: str
    answers: dict[int, Body | None]
    body: Body | None = None
    caller: Caller = "user"
    cached: bool = False

    @property
    def models(self) -> list[Body]:
        """What it answers, as far as it answers anything."""
        return [model for model in self.answers.values() if model is not None]


ROOM = "/api/rooms/{room_id}"
OPERATIONS: dict[str, Operation] = {
    "GET /api/health": Operation(
        "getHealth",
        {200: operators.Health, 503: operators.Health},
        caller="nobody or operator",
    ),
    "GET /api/badges": Operation(
        "getBadges", {200: operators.BadgeCatalogue, 304: None}, caller="nobody", cached=True
    ),
    "POST /api/livekit/token": Operation("getToken", {201: voice.Ticket}, requests.TokenRequest),
    "GET /api/livekit/participants": Operation(
        "listParticipants", {200: voice.Presence, 304: None}, cached=True
    ),
    "POST /api/livekit/moderate": Operation(
        "moderate", {200: voice.Moderated}, requests.Moderation
    ),
    "POST /api/livekit/webhook": Operation(
        "receiveWebhook", {200: operators.Recorded}, caller="livekit"
    ),
    "GET /api/livekit/reconcile": Operation(
        "reconcileAll", {200: operators.Reconciled}, caller="operator"
    ),
    "POST /api/livekit/reconcile": Operation(
        "reconcile", {200: operators.Reconciled}, requests.ReconcileRequest, caller="operator"
    ),
    "POST /api/matching/join": Operation(
        "joinMatching", {200: matching.MatchStatus}, requests.Wishes
    ),
    "GET /api/matching/status": Operation("getMatching", {200: matching.MatchStatus}),
    "POST /api/matching/leave": Operation("leaveMatching", {200: matching.LeftMatching}),
    "GET /api/blocks": Operation("listBlocks", {200: members.BlockList}),
    "PUT /api/blocks/{user_id}": Operation("blockUser", {200: members.Blocked}),
    "DELETE /api/blocks/{user_id}": Operation("unblockUser", {200: members.LiftedBlock}),
    "GET /api/invites/{code}": Operation("getInvite", {200: members.InvitePreview}),
    "GET /api/rooms": Operation("listRooms", {200: rooms.RoomList}),
    "POST /api/rooms": Operation("createRoom", {201: rooms.WholeRoom}, requests.NewRoom),
    f"GET {ROOM}": Operation("getRoom", {200: rooms.WholeRoom}),
    f"PATCH {ROOM}": Operation("editRoom", {200: rooms.EditedRoom}, requests.RoomChanges),
    f"DELETE {ROOM}": Operation("deleteRoom", {200: rooms.DeletedRoom}),
    f"PUT {ROOM}/owner": Operation("transferRoom", {200: rooms.TransferredRoom}, requests.NewOwner),
    f"GET {ROOM}/channels": Operation("listChannels", {200: rooms.ChannelList}),
    f"POST {ROOM}/channels": Operation(
        "createChannel", {201: rooms.MadeChannel}, requests.NewChannel
    ),
    f"PUT {ROOM}/channels": Operation("orderChannels", {200: rooms.ChannelList}, requests.Order),
    f"PATCH {ROOM}/channels/{{channel_id}}": Operation(
        "editChannel", {200: rooms.EditedChannel}, requests.ChannelChanges
    ),
    f"DELETE {ROOM}/channels/{{channel_id}}": Operation(
        "deleteChannel", {200: rooms.DeletedChannel}
    ),
    f"GET {ROOM}/members": Operation("listMembers", {200: members.MemberPage}),
    f"POST {ROOM}/members": Operation(
        "joinRoom", {200: rooms.JoinedRoom, 201: rooms.JoinedRoom}, requests.Joining
    ),
    f"GET {ROOM}/members/{{user_id}}": Operation("getMember", {200: members.OneMember}),
    f"DELETE {ROOM}/members/{{user_id}}": Operation("removeMember", {200: members.RemovedMember}),
    f"PUT {ROOM}/members/{{user_id}}/roles": Operation(
        "setMemberRoles", {200: members.OneMember}, requests.MemberRoles
    ),
    f"GET {ROOM}/roles": Operation("listRoles", {200: rooms.RoleList}),
    f"POST {ROOM}/roles": Operation("createRole", {201: rooms.ChangedRole}, requests.NewRole),
    f"PUT {ROOM}/roles": Operation("orderRoles", {200: rooms.RoleList}, requests.Order),
    f"PATCH {ROOM}/roles/{{role_id}}": Operation(
        "editRole", {200: rooms.ChangedRole}, requests.RoleChanges
    ),
    f"DELETE {ROOM}/roles/{{role_id}}": Operation("deleteRole", {200: rooms.DeletedRole}),
    f"GET {ROOM}/bans": Operation("listBans", {200: members.BanList}),
    f"PUT {ROOM}/bans/{{user_id}}": Operation("banMember", {200: members.OneBan}, requests.NewBan),
    f"DELETE {ROOM}/bans/{{user_id}}": Operation("unbanMember", {200: members.LiftedBan}),
    f"GET {ROOM}/invites": Operation("listInvites", {200: members.InviteList}),
    f"POST {ROOM}/invites": Operation("createInvite", {201: members.OneInvite}, requests.NewInvite),
    f"DELETE {ROOM}/invites/{{code}}": Operation("deleteInvite", {200: members.DeletedInvite}),
}
"""In the order in which people read."""
