"""A token for one voice channel, by LiveKit's standard token endpoint contract.

Route: POST /api/livekit/token
Auth: user
Limit: token, 20 a minute a user
Spends: 1 billed Redis command (3 when another process served this user since, 0 when refused
    again), 1 Supabase RPC
Fails: closed without Supabase (503); limits per process without Redis; LiveKit isn't asked
Errors: 400 body_not_json, 401 token_*, 403 may_not_connect and identity_not_yours,
    404 channel_not_found, 409 not_a_voice_channel, 413 body_too_large, 422 invalid_request and
    not_yours_to_set, 429 rate_limited, 503 supabase_unavailable
"""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import AliasChoices, BaseModel, Field

from common import auth, limits, supabase
from common.admission import admission
from common.endpoint import create_app, create_handler
from common.errors import Problem
from common.grants import Permission
from common.rate_limit import Rule
from common.sessions import LIVEKIT_MATCH_ROOM, Channel, attributes_of
from common.settings import settings

router = APIRouter()


def _either(snake: str, camel: str) -> Any:
    return Field(default=None, validation_alias=AliasChoices(snake, camel))


class TokenRequest(BaseModel):
    """The body that `TokenSource.endpoint` of LiveKit's SDKs sends; unknown members are ignored.

    `participant_name` is accepted and not used: the name is the profile's.
    """

    room_name: str | None = _either("room_name", "roomName")
    participant_identity: str | None = _either("participant_identity", "participantIdentity")
    participant_name: str | None = _either("participant_name", "participantName")
    participant_metadata: str | None = _either("participant_metadata", "participantMetadata")
    participant_attributes: dict[str, str] | None = _either(
        "participant_attributes", "participantAttributes"
    )
    room_config: dict[str, Any] | None = _either("room_config", "roomConfig")


class TokenResponse(BaseModel):
    """What LiveKit's SDKs expect."""

    server_url: str
    participant_token: str


@router.post("/api/livekit/token", status_code=201)
async def token(
    body: TokenRequest, response: Response, user: Annotated[auth.User, Depends(auth.user)]
) -> TokenResponse:
    """Returns a token that opens `room_name` (`{room_id}:{channel_id}`) for the caller."""
    rule = Rule("token", settings().sangha_token_limit)
    response.headers.update(await limits.enforce(rule, user.id))
    channel = _wanted(body, user)
    access = await supabase.rpc(
        "voice_access",
        {"p_room_id": channel.room_id, "p_channel_id": channel.channel_id},
        token=user.token,
        read=_Access.of,
    )
    if Permission.CONNECT not in access.permissions:
        raise Problem(403, "may_not_connect", "You may see this channel, but not join it.")
    admitted = admission(
        channel.livekit_room,
        identity=user.id,
        name=access.name,
        permissions=access.permissions,
        attributes=access.attributes,
    )
    return TokenResponse(**admitted)


@dataclass(frozen=True, slots=True)
class _Access:
    """What the database says of the caller in a channel."""

    name: str
    permissions: Permission
    attributes: dict[str, str]

    @classmethod
    def of(cls, answer: Any) -> "_Access":
        return cls(
            name=str(answer["name"]),
            permissions=Permission(int(answer["permissions"])),
            attributes=attributes_of(answer["attributes"]),
        )


def _wanted(body: TokenRequest, user: auth.User) -> Channel:
    """Returns the channel asked for; refuses what callers may not choose for themselves."""
    if body.participant_identity not in {None, "", user.id}:
        raise Problem(403, "identity_not_yours", f"Your identity is your user id, {user.id}.")
    for name in ("participant_metadata", "participant_attributes", "room_config"):
        if getattr(body, name):
            raise Problem(422, "not_yours_to_set", f"{name} is set by the server: leave it out.")
    if not body.room_name:
        raise Problem(422, "invalid_request", "room_name is missing: `{room_id}:{channel_id}`.")
    channel = Channel.parse(body.room_name)
    if channel is None or channel.room_id == LIVEKIT_MATCH_ROOM:
        raise Problem(404, "channel_not_found", "There is no such channel.")
    return channel


app = create_app(router)
handler = create_handler(app)
