"""POST /api/livekit/token: LiveKit's standard token endpoint contract."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from livekit import api

from common.grants import Permission
from local.community import GENERAL, LOUNGE, PEOPLE, ROOM
from tests.problems import assert_problem
from tests.stack import LIVEKIT_KEY, LIVEKIT_ROOM, LIVEKIT_SECRET, Room, Stack

MEMBER = str(PEOPLE["member"])


def verified(token: str) -> api.access_token.Claims:
    """Reads a token with LiveKit's own verifier."""
    return api.TokenVerifier(LIVEKIT_KEY, LIVEKIT_SECRET).verify(token)


@pytest.fixture
def everyone_may(migrated_dsn: str) -> Any:
    """Sets what every member of the demo community may do, until the test ends."""

    def set_to(permissions: int) -> int:
        async def run() -> int:
            connection = await asyncpg.connect(migrated_dsn)
            before = await connection.fetchval(
                "select permissions from public.room_roles where id = $1", ROOM
            )
            await connection.execute(
                "update public.room_roles set permissions = $2 where id = $1", ROOM, permissions
            )
            await connection.close()
            return int(before)

        return asyncio.run(run())

    usual = set_to(0)
    set_to(usual)
    yield set_to
    set_to(usual)


class TestContract:
    def test_a_member(self, stack: Stack) -> None:
        """A member gets 201 with server_url and a token for this room under their own user id."""
        answer = stack.get_token("member")
        assert answer.status_code == 201
        assert set(answer.json()) == {"server_url", "participant_token"}
        claims = verified(answer.json()["participant_token"])
        assert (claims.identity, claims.name) == (MEMBER, "Member")
        assert claims.video is not None
        assert (claims.video.room, claims.video.room_join) == (LIVEKIT_ROOM, True)
        assert claims.video.can_publish_sources == [
            "microphone",
            "camera",
            "screen_share",
            "screen_share_audio",
        ]
        assert answer.headers["cache-control"] == "no-store"

    def test_camel_case_as_some_sdks_send(self, stack: Stack) -> None:
        """The same body in lowerCamelCase is understood."""
        body = {"roomName": LIVEKIT_ROOM, "participantName": "x"}
        answer = stack.api.post("/api/livekit/token", json=body, headers=stack.bearer("member"))
        assert answer.status_code == 201

    def test_what_sdks_send_besides(self, stack: Stack) -> None:
        """The caller's own identity, empty members, a name and unknown members are no error."""
        answer = stack.get_token(
            "member",
            participant_identity=MEMBER,
            participant_name="Somebody else",
            participant_metadata="",
            participant_attributes={},
            room_config=None,
            a_member_of_a_later_sdk=1,
        )
        assert answer.status_code == 201
        assert verified(answer.json()["participant_token"]).name == "Member"

    def test_another_identity(self, stack: Stack) -> None:
        """Another's identity is refused, and the answer says which is the caller's."""
        answer = stack.get_token("member", participant_identity=str(PEOPLE["owner"]))
        assert MEMBER in assert_problem(answer, 403, "identity_not_yours")["detail"]

    @pytest.mark.parametrize(
        "member",
        [
            {"participant_metadata": "x"},
            {"participant_attributes": {"badges": "crown"}},
            {"room_config": {"max_participants": 1}},
        ],
    )
    def test_what_only_the_server_sets(self, stack: Stack, member: dict[str, Any]) -> None:
        """Self-made metadata, attributes and room configuration are refused by name."""
        problem = assert_problem(stack.get_token("member", **member), 422, "not_yours_to_set")
        assert next(iter(member)) in problem["detail"]


class TestPermissions:
    def test_who_may_only_listen(self, stack: Stack, everyone_may: Any) -> None:
        """Without SPEAK and STREAM the token only listens."""
        everyone_may(1 << 10 | 1 << 20)
        video = verified(stack.get_token("member").json()["participant_token"]).video
        assert video is not None
        assert (video.can_publish, video.can_subscribe) == (False, True)

    def test_who_may_not_connect(self, stack: Stack, everyone_may: Any) -> None:
        """Without CONNECT there is no token."""
        everyone_may(1 << 10)
        assert_problem(stack.get_token("member"), 403, "may_not_connect")

    def test_who_may_not_view(self, stack: Stack, everyone_may: Any) -> None:
        """A channel that the caller may not view does not exist for them."""
        everyone_may(1 << 20)
        assert_problem(stack.get_token("member"), 404, "channel_not_found")

    def test_the_owner_may_all(self, stack: Stack, everyone_may: Any) -> None:
        """The owner may, whatever everyone may."""
        everyone_may(0)
        assert stack.get_token("owner").status_code == 201

    def test_a_stranger(self, stack: Stack) -> None:
        """To a stranger a private channel and a missing one look alike."""
        private = stack.get_token("stranger").json()
        missing = stack.get_token("stranger", room_name=f"{uuid4()}:{uuid4()}").json()
        assert private == missing
        assert private["code"] == "channel_not_found"


class TestAttributes:
    def test_badges_travel_in_the_token(self, stack: Stack) -> None:
        """A token says the badges, the colour and the permissions of its bearer, as texts."""
        attributes = verified(stack.get_token("owner").json()["participant_token"]).attributes
        assert attributes is not None
        (crown,) = json.loads(attributes["badges"])
        assert crown == {"icon": "crown", "label": "Owner", "color": None}
        may = Permission(int(attributes["permissions"]))
        assert may & (Permission.SPEAK | Permission.MUTE_MEMBERS)

    def test_what_is_empty_is_left_out(self, stack: Stack) -> None:
        """A member without a coloured role who isn't muted has no such attributes."""
        attributes = verified(stack.get_token("member").json()["participant_token"]).attributes
        assert attributes is not None
        assert sorted(attributes) == ["badges", "permissions"]
        assert attributes["badges"] == "[]"

    def test_who_is_muted(self, stack: Stack, room: Room) -> None:
        """Who was muted gets a token that says so and only listens and shows."""
        room.sql(
            "update public.room_members set voice_muted = true where room_id = $1 and user_id = $2",
            room.id,
            PEOPLE["member"],
        )
        answer = stack.get_token("member", room_name=f"{room.id}:{room.lounge}")
        claims = verified(answer.json()["participant_token"])
        assert claims.video is not None
        assert "microphone" not in (claims.video.can_publish_sources or [])
        assert claims.attributes is not None
        assert claims.attributes["muted"] == "true"
        assert Permission.SPEAK not in Permission(int(claims.attributes["permissions"]))


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"{", 400, "body_not_json"),
            (b"\xff", 400, "body_not_json"),
            (b"[]", 422, "invalid_request"),
            (b"null", 422, "invalid_request"),
            (b"", 422, "invalid_request"),
            (b'{"room_name": 5}', 422, "invalid_request"),
            (b'{"room_name": "x", "participant_attributes": {"a": 1}}', 422, "invalid_request"),
            (b"{}", 422, "invalid_request"),
            (b'{"room_name": ""}', 422, "invalid_request"),
            (b'{"room_name": "lobby"}', 404, "channel_not_found"),
            (b'{"room_name": "a:b"}', 404, "channel_not_found"),
            (b'{"room_name": "\\u0000:\\u0000"}', 404, "channel_not_found"),
        ],
    )
    def test_bodies(self, stack: Stack, body: bytes, status: int, code: str) -> None:
        """What is not JSON is 400, what has wrong types 422, what names no channel 404."""
        headers = stack.bearer("member") | {"Content-Type": "application/json"}
        answer = stack.api.post("/api/livekit/token", content=body, headers=headers)
        assert_problem(answer, status, code)

    def test_a_text_channel(self, stack: Stack) -> None:
        """A text channel can't be joined by voice."""
        answer = stack.get_token("member", room_name=f"{ROOM}:{GENERAL}")
        assert_problem(answer, 409, "not_a_voice_channel")

    def test_a_channel_of_another_room(self, stack: Stack) -> None:
        """A channel is found only in its own community."""
        answer = stack.get_token("member", room_name=f"{uuid4()}:{LOUNGE}")
        assert_problem(answer, 404, "channel_not_found")

    def test_a_match_room(self, stack: Stack) -> None:
        """The rooms of matches are not opened here."""
        answer = stack.get_token("member", room_name=f"match:{uuid4()}")
        assert_problem(answer, 404, "channel_not_found")


class TestLimit:
    def test_twenty_a_minute(self, stack: Stack) -> None:
        """The 21st token in a minute is a 429 whose headers agree; others are not affected."""
        for left in range(19, -1, -1):
            answer = stack.get_token("member")
            assert answer.status_code == 201
            assert answer.headers["ratelimit-policy"] == '"token";q=20;w=60'
            assert answer.headers["ratelimit"].startswith(f'"token";r={left};t=')
        refused = stack.get_token("member")
        assert_problem(refused, 429, "rate_limited")
        wait = refused.headers["retry-after"]
        assert refused.headers["ratelimit"] == f'"token";r=0;t={wait}'
        assert 55 <= int(wait) <= 60
        assert stack.get_token("owner").status_code == 201

    def test_bad_requests_count(self, stack: Stack) -> None:
        """A request that is refused for its content took its place in the window."""
        answer = stack.get_token("member", room_name="lobby")
        assert answer.status_code == 404
        assert stack.get_token("member").headers["ratelimit"].startswith('"token";r=18;')
