"""A simulated room, and the records of rooms, participants and tracks as a real server has them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict, TypeVar, Unpack

from google.protobuf.message import Message
from livekit.protocol.models import (
    BackupCodecPolicy,
    ClientInfo,
    Codec,
    ParticipantInfo,
    ParticipantPermission,
    Room,
    SimulcastCodecInfo,
    TimedVersion,
    TrackInfo,
    TrackSource,
    TrackType,
    VideoLayer,
)

from local.livekit.events import SID_ALPHABET, new_sid

MessageT = TypeVar("MessageT", bound=Message)

CODECS = (
    *("audio/PCMU", "audio/PCMA", "audio/opus", "audio/red"),
    *("video/VP8", "video/H264", "video/VP9", "video/AV1", "video/H265", "video/rtx"),
)
# What the Python client tells about itself; other clients differ.
CLIENT_PROTOCOL = 2
CAPABILITIES = (
    ClientInfo.Capability.CAP_PACKET_TRAILER,
    ClientInfo.Capability.CAP_COMPRESSION_DEFLATE_RAW,
)


class RoomSettings(TypedDict, total=False):
    """What the maker of a room may choose; timeouts in seconds."""

    empty_timeout: int
    departure_timeout: int
    max_participants: int
    metadata: str


class Profile(TypedDict, total=False):
    """What a participant's token may say of it."""

    name: str
    metadata: str
    attributes: Mapping[str, str]
    permission: ParticipantPermission
    kind: ParticipantInfo.Kind


@dataclass
class LiveRoom:
    """A room and who is in it, by identity."""

    info: Room
    participants: dict[str, ParticipantInfo] = field(default_factory=dict)
    started: bool = False  # its node has told so
    last_change: tuple[str, ParticipantInfo | None] | None = None  # identity, who was there before

    def put(self, identity: str, participant: ParticipantInfo | None) -> None:
        """Sets who is there under an identity (None: nobody any more)."""
        before = self.participants.pop(identity, None)
        if participant is not None:
            self.participants[identity] = participant
        self.last_change = (identity, before)
        self.info.num_participants = len(self.participants)
        self.info.num_publishers += _publishes(participant) - _publishes(before)

    def before_last_change(self) -> dict[str, ParticipantInfo]:
        """Returns the participants as a reader sees them that lags behind by one change."""
        seen = dict(self.participants)
        if self.last_change is not None:
            identity, before = self.last_change
            seen.pop(identity, None)
            if before is not None:
                seen[identity] = before
        return seen


def _publishes(participant: ParticipantInfo | None) -> bool:
    return participant is not None and participant.is_publisher


def new_room(
    name: str, *, now_ms: int, rng: random.Random, **settings: Unpack[RoomSettings]
) -> Room:
    """Returns a room without anybody in it."""
    defaults: RoomSettings = {"empty_timeout": 300, "departure_timeout": 20}
    return Room(
        sid=new_sid("RM_", rng),
        name=name,
        creation_time=now_ms // 1000,
        creation_time_ms=now_ms,
        turn_password="".join(rng.choices(SID_ALPHABET, k=44)),
        enabled_codecs=[Codec(mime=mime) for mime in CODECS],
        **(defaults | settings),
    )


def new_participant(
    identity: str, *, now_ms: int, rng: random.Random, **profile: Unpack[Profile]
) -> ParticipantInfo:
    """Returns an active participant with no track; by default it may do what anybody may."""
    everybody = ParticipantPermission(can_subscribe=True, can_publish=True, can_publish_data=True)
    defaults: Profile = {"permission": everybody}
    return ParticipantInfo(
        sid=new_sid("PA_", rng),
        identity=identity,
        state=ParticipantInfo.State.ACTIVE,
        joined_at=now_ms // 1000,
        joined_at_ms=now_ms,
        version=2,  # 1 was before it became active
        client_protocol=CLIENT_PROTOCOL,
        capabilities=CAPABILITIES,
        **(defaults | profile),
    )


def new_microphone(*, now_ms: int, rng: random.Random) -> TrackInfo:
    """Returns an audio track that was published just now."""
    codec = SimulcastCodecInfo(
        mime_type="audio/red",
        mid="7",
        cid=f"{rng.getrandbits(128):032x}",
        video_layer_mode=VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM,
    )
    return TrackInfo(
        sid=new_sid("TR_AM", rng),
        type=TrackType.AUDIO,
        name="mic",
        source=TrackSource.MICROPHONE,
        mime_type=codec.mime_type,
        mid=codec.mid,
        codecs=[codec],
        stream="camera",  # what clients call the stream of a person's camera and microphone
        version=TimedVersion(unix_micro=now_ms * 1000),
        backup_codec_policy=BackupCodecPolicy.SIMULCAST,
    )


def copied(message: MessageT) -> MessageT:
    """Participants are replaced, never changed: a reader that lags behind must see the old one."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy
