"""Our LiveKit tokens against LiveKit's own library: it accepts ours, we accept its."""

import datetime as dt
import hashlib
import json
import time
from base64 import b64encode

import jwt
import pytest
from livekit import api

from common.grants import Permission, voice_grant
from common.livekit_tokens import (
    TOKEN_TTL_S,
    BadSignature,
    participant_token,
    service_token,
    verify_webhook,
)

KEY, SECRET = "devkey", "a-secret-of-at-least-thirty-two-characters"
OLD_KEY, OLD_SECRET = "oldkey", "another-secret-of-at-least-thirty-two-chars"
KEYS = {KEY: SECRET, OLD_KEY: OLD_SECRET}
BODY = b'{"event":"room_started","id":"EV_x"}'


def signed(body: bytes = BODY, key: str = KEY, secret: str = SECRET, age_s: int = 0) -> str:
    """Signs a webhook as LiveKit does, with its own library, `age_s` seconds ago."""
    token = api.AccessToken(key, secret)
    token.claims.sha256 = b64encode(hashlib.sha256(body).digest()).decode()
    token.ttl = dt.timedelta(seconds=300 - age_s)
    return token.to_jwt()


class TestParticipantToken:
    def make(self, permissions: Permission) -> api.access_token.Claims:
        token = participant_token(
            key=KEY,
            secret=SECRET,
            now_s=int(time.time()),
            identity="u1",
            name="Ada",
            attributes={"badges": "crown"},
            grant=voice_grant(permissions, "r:c"),
        )
        return api.TokenVerifier(KEY, SECRET).verify(token)

    def test_livekit_reads_what_we_mean(self) -> None:
        """LiveKit's verifier reads identity, name, attributes, and each grant."""
        claims = self.make(Permission.CONNECT | Permission.SPEAK)
        assert (claims.identity, claims.name) == ("u1", "Ada")
        assert claims.attributes == {"badges": "crown"}
        assert claims.video == api.VideoGrants(
            room_join=True,
            room="r:c",
            can_publish=True,
            can_publish_sources=["microphone"],
            can_publish_data=True,
            can_subscribe=True,
            can_update_own_metadata=False,
            hidden=False,
            room_admin=False,
            room_create=False,
            room_list=False,
            room_record=False,
            ingress_admin=False,
            recorder=False,
        )

    def test_who_may_not_speak_only_listens(self) -> None:
        """Without SPEAK nothing can be published, not even data: STREAM alone opens nothing, for
        LiveKit would take a voice that calls itself a camera.
        """
        video = self.make(Permission.CONNECT | Permission.STREAM).video
        assert video is not None
        assert (video.can_publish, video.can_publish_sources) == (False, [])
        assert (video.can_publish_data, video.can_subscribe) == (False, True)

    def test_stream_is_camera_and_screen(self) -> None:
        """SPEAK opens the microphone; STREAM the camera and the screen besides."""
        speaking = Permission.CONNECT | Permission.SPEAK
        for permissions, more in (
            (speaking, []),
            (speaking | Permission.STREAM, ["camera", "screen_share", "screen_share_audio"]),
        ):
            video = self.make(permissions).video
            assert video is not None
            assert video.can_publish_sources == ["microphone", *more]

    def test_it_lives_ten_minutes(self) -> None:
        """The token ends 600 s after it was made."""
        token = participant_token(
            key=KEY, secret=SECRET, now_s=1000, identity="u", name="", attributes={}, grant={}
        )
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["exp"] - claims["nbf"] == TOKEN_TTL_S == 600


def test_a_service_token_is_what_livekit_takes() -> None:
    """LiveKit's verifier reads the grant of a RoomService token."""
    grant = {"roomAdmin": True, "room": "r:c"}
    token = service_token(key=KEY, secret=SECRET, now_s=int(time.time()), grant=grant)
    video = api.TokenVerifier(KEY, SECRET).verify(token).video
    assert video is not None
    assert (video.room_admin, video.room) == (True, "r:c")


class TestVerifyWebhook:
    def test_what_livekit_signed(self) -> None:
        """A body with LiveKit's signature over these bytes is read."""
        assert verify_webhook(BODY, signed(), KEYS) == json.loads(BODY)

    def test_the_previous_key_still_signs(self) -> None:
        """While keys rotate, both the present and the previous key are accepted."""
        assert verify_webhook(BODY, signed(key=OLD_KEY, secret=OLD_SECRET), KEYS)

    @pytest.mark.parametrize(
        ("body", "token"),
        [
            (BODY, ""),
            (BODY, "garbage"),
            (BODY, f"Bearer {signed()}"),
            (BODY + b" ", signed()),
            (BODY.replace(b"EV_x", b"EV_y"), signed()),
            (BODY, signed(secret=OLD_SECRET)),
            (BODY, signed(key="stranger")),
            (BODY, signed(age_s=300 + 61)),
            (BODY, jwt.encode({"iss": KEY, "exp": 9e9}, SECRET)),
            (BODY, jwt.encode({"iss": KEY, "sha256": "x"}, SECRET)),
            (BODY, jwt.encode({"iss": KEY, "exp": 9e9, "sha256": "x"}, "", algorithm="none")),
            (BODY, jwt.api_jws.encode(b'{"iss":["devkey"],"exp":9e9}', SECRET)),
            (BODY, jwt.encode({"iss": KEY, "exp": 9e9, "sha256": 5}, SECRET)),
        ],
        ids=[
            "no token",
            "no JWT",
            "a scheme before it",
            "one byte more",
            "one byte changed",
            "wrong secret",
            "unknown key",
            "too old",
            "no hash",
            "no expiry",
            "algorithm none",
            "issuer is a list",
            "hash is a number",
        ],
    )
    def test_what_livekit_did_not_sign(self, body: bytes, token: str) -> None:
        """Anything else is refused with BadSignature."""
        with pytest.raises(BadSignature):
            verify_webhook(body, token, KEYS)

    def test_within_the_leeway(self) -> None:
        """Clocks may differ by a minute."""
        assert verify_webhook(BODY, signed(age_s=300 + 50), KEYS)
