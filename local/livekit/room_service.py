"""The simulator's API: LiveKit's RoomService over Twirp, JSON and protobuf.

Where the real server waits 3 s for a node that has the participant, this answers at once.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from google.protobuf.message import Message
from livekit.protocol import models, room
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.faults import Faults
from local.livekit import twirp
from local.livekit.rooms import copied
from local.livekit.simulator import Simulator
from local.livekit.twirp import TwirpError, UnauthorizedError

PREFIX = "/twirp/livekit.RoomService"
NONCE_BYTES = 16
NOT_SIMULATED = {
    "UpdateSubscriptions",
    "UpdateRoomMetadata",
    "ForwardParticipant",
    "PerformRpc",
}


def create_app(simulator: Simulator) -> Faults:
    """Returns the ASGI app: `GET /` for health, POST for the methods of RoomService."""
    service = _RoomService(simulator)

    async def health(_request: Request) -> Response:
        return PlainTextResponse("OK")

    async def call(request: Request) -> Response:
        try:
            return await service.answer(request)
        except (TwirpError, UnauthorizedError) as error:
            return error.response()

    any_verb = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    routes = [Route("/", health), Route(PREFIX + "/{method}", call, methods=any_verb)]
    return Faults(Starlette(routes=routes))


class _RoomService:
    """One method per RPC; each takes the decoded request and returns the answer."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        # Each RPC: the request's type, the grant that it needs, and what answers it. Grants of
        # `roomAdmin` are for one room only, the one that the token names.
        self.methods: dict[str, tuple[type[Message], str, Callable[[Any], Message]]] = {
            "CreateRoom": (room.CreateRoomRequest, "roomCreate", self.create_room),
            "ListRooms": (room.ListRoomsRequest, "roomList", self.list_rooms),
            "DeleteRoom": (room.DeleteRoomRequest, "roomCreate", self.delete_room),
            "ListParticipants": (
                room.ListParticipantsRequest,
                "roomAdmin",
                self.list_participants,
            ),
            "GetParticipant": (room.RoomParticipantIdentity, "roomAdmin", self.get_participant),
            "RemoveParticipant": (
                room.RoomParticipantIdentity,
                "roomAdmin",
                self.remove_participant,
            ),
            "MutePublishedTrack": (room.MuteRoomTrackRequest, "roomAdmin", self.mute_track),
            "UpdateParticipant": (
                room.UpdateParticipantRequest,
                "roomAdmin",
                self.update_participant,
            ),
            "MoveParticipant": (room.MoveParticipantRequest, "roomAdmin", self.move_participant),
            "SendData": (room.SendDataRequest, "roomAdmin", self.send_data),
        }

    async def answer(self, request: Request) -> Response:
        """Checks in the order of the real server, which shows in what is told first."""
        video = twirp.grants(
            request,
            api_key=self.simulator.api_key,
            api_secret=self.simulator.api_secret,
            now=self.simulator.clock() / 1000,
        )
        if request.method != "POST":
            raise twirp.bad_route(
                request, f'unsupported method "{request.method}" (only POST is allowed)'
            )
        name = request.path_params["method"]
        if name in NOT_SIMULATED:
            raise TwirpError("unimplemented", f"{name} is not simulated")
        if name not in self.methods:
            raise twirp.bad_route(request, f'no handler for path "{request.url.path}"')
        request_type, grant, method = self.methods[name]
        media_type = twirp.content_type(request)
        message: Any = twirp.decode(media_type, await request.body(), request_type())
        allowed = video.get(grant) is True
        if not allowed or (grant == "roomAdmin" and video.get("room", "") != message.room):
            raise TwirpError("unauthenticated", "permissions denied")
        destination = getattr(message, "destination_room", None)
        if destination is not None and video.get("destinationRoom", "") != destination:
            raise TwirpError("unauthenticated", "permissions denied")
        return twirp.encode(media_type, method(message))

    def create_room(self, request: room.CreateRoomRequest) -> Message:
        self.simulator.create_room(
            request.name,
            empty_timeout=request.empty_timeout or 300,
            departure_timeout=request.departure_timeout or 20,
            max_participants=request.max_participants,
            metadata=request.metadata,
        )
        return self.simulator.rooms[request.name].info

    def list_rooms(self, request: room.ListRoomsRequest) -> Message:
        rooms = [live.info for live in self.simulator.rooms.values()]
        return room.ListRoomsResponse(
            rooms=[info for info in rooms if not request.names or info.name in request.names]
        )

    def delete_room(self, request: room.DeleteRoomRequest) -> Message:
        if request.room not in self.simulator.rooms:
            _not_found("requested room does not exist")
        self.simulator.finish_room(request.room)
        return room.DeleteRoomResponse()

    def list_participants(self, request: room.ListParticipantsRequest) -> Message:
        if self.simulator.empty_answers > 0:
            self.simulator.empty_answers -= 1
            return room.ListParticipantsResponse()
        people = self.simulator.participants(request.room)
        return room.ListParticipantsResponse(participants=people.values())

    def get_participant(self, request: room.RoomParticipantIdentity) -> Message:
        found = self.simulator.participants(request.room).get(request.identity)
        return found if found is not None else _not_found("participant does not exist")

    def remove_participant(self, request: room.RoomParticipantIdentity) -> Message:
        self._present(request.room, request.identity)
        self.simulator.remove(request.room, request.identity)
        return room.RemoveParticipantResponse()

    def mute_track(self, request: room.MuteRoomTrackRequest) -> Message:
        live = self.simulator.rooms.get(request.room)
        before = live.participants.get(request.identity) if live else None
        if live is None or before is None:
            _nobody_answers()
        if not request.muted:
            raise TwirpError(
                "failed_precondition", "twirp error unknown: remote unmute not enabled"
            )
        participant = copied(before)
        track = next((one for one in participant.tracks if one.sid == request.track_sid), None)
        if track is None:
            return room.MuteRoomTrackResponse()
        track.muted = True
        live.put(request.identity, participant)
        return room.MuteRoomTrackResponse(track=track)

    def update_participant(self, request: room.UpdateParticipantRequest) -> Message:
        """Texts that are empty stay as they were; an attribute that is empty goes."""
        participant = copied(self._present(request.room, request.identity))
        participant.name = request.name or participant.name
        participant.metadata = request.metadata or participant.metadata
        for key, value in request.attributes.items():
            participant.attributes[key] = value
            if not value:
                del participant.attributes[key]
        if request.HasField("permission") and request.permission != participant.permission:
            participant.permission.CopyFrom(request.permission)
            # The way to publish stands from the start, so who may counts as a publisher.
            participant.is_publisher = request.permission.can_publish
        participant.version += 1
        people = self.simulator.rooms[request.room]
        people.put(request.identity, participant)
        for track in participant.tracks:
            if not _may_publish(participant.permission, track.source):
                self.simulator.unpublish(request.room, request.identity, track.sid)
        return people.participants[request.identity]

    def move_participant(self, request: room.MoveParticipantRequest) -> Message:
        """Moves nobody: only LiveKit Cloud can."""
        if request.room == request.destination_room:
            same = "destination room cannot be the same as source room"
            raise TwirpError("invalid_argument", f"{same} ", {"argument": same})
        live = self.simulator.rooms.get(request.room)
        if live is None or request.identity not in live.participants:
            _nobody_answers()
        raise TwirpError("unknown", "twirp error unknown: not implemented")

    def send_data(self, request: room.SendDataRequest) -> Message:
        if len(request.nonce) not in (0, NONCE_BYTES):
            raise TwirpError(
                "invalid_argument",
                f"nonce should be 16-bytes or not present, got: {len(request.nonce)} bytes",
            )
        if request.room not in self.simulator.rooms:
            _nobody_answers()
        return room.SendDataResponse()

    def _present(self, name: str, identity: str) -> models.ParticipantInfo:
        live = self.simulator.rooms.get(name)
        if live is None or identity not in live.participants:
            _not_found("participant does not exist")
        return live.participants[identity]


def _may_publish(permission: models.ParticipantPermission, source: models.TrackSource) -> bool:
    sources = permission.can_publish_sources
    return permission.can_publish and (not sources or source in sources)


def _not_found(what: str) -> NoReturn:
    """Raises the 404; the text before the colon is the real server's."""
    raise TwirpError("not_found", f"twirp error unknown: {what}")


def _nobody_answers() -> NoReturn:
    raise TwirpError("unavailable", "twirp error unknown: no response from servers")
