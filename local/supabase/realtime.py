"""Supabase Realtime: broadcasts over HTTP; WebSockets and presence are in `realtime_socket.py`."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from local.supabase import body, channel_policies
from local.supabase.callers import Caller, Callers
from local.supabase.database import Database
from local.supabase.errors import ApiError
from local.supabase.hub import Broadcast, Hub, is_too_long
from local.supabase.phoenix import SERIALIZERS
from local.supabase.realtime_socket import Session
from local.supabase.tokens import TokenError

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
BROADCASTS_PATH = "/_local/broadcasts"


class Realtime:
    """Takes broadcasts and lets clients join topics."""

    def __init__(self, database: Database, callers: Callers, hub: Hub) -> None:
        self._database = database
        self._callers = callers
        self._hub = hub

    def routes(self) -> list[BaseRoute]:
        """Returns what is served under /realtime/v1, and the broadcasts for tests."""
        send_one = "/realtime/v1/api/broadcast/{topic:path}/events/{event:path}"
        return [
            Route("/realtime/v1/api/broadcast", self._send, methods=["POST"]),
            Route(send_one, self._send_one, methods=["POST"]),
            WebSocketRoute("/realtime/v1/websocket", self._join),
            Route("/realtime/v1/{path:path}", self._refuse, methods=METHODS),
            Route(BROADCASTS_PATH, self._recent, methods=["GET", "DELETE"]),
        ]

    async def _send(self, request: Request) -> Response:
        caller = self._caller(request)
        messages = (await _parsed(request)).get("messages")
        if not isinstance(messages, list) or not messages:
            raise _invalid("messages has to be an array of one or more")
        for broadcast in [_broadcast(message) for message in messages]:
            await self._publish(caller, broadcast)
        return Response(status_code=202)

    async def _send_one(self, request: Request) -> Response:
        caller = self._caller(request)
        message = {
            **request.path_params,
            "payload": await _parsed(request),
            "private": request.query_params.get("private") == "true",
        }
        await self._publish(caller, _broadcast(message))
        return Response(status_code=202)

    async def _publish(self, caller: Caller, broadcast: Broadcast) -> None:
        """Publishes, unless the caller may not: nobody is told then, as in the hosted service."""
        if not broadcast.private or await channel_policies.may_write(
            self._database, caller, broadcast.topic
        ):
            self._hub.publish(broadcast)

    async def _join(self, websocket: WebSocket) -> None:
        query = websocket.query_params
        key = query.get("apikey") or websocket.headers.get("apikey") or ""
        serializer = SERIALIZERS.get(query.get("vsn", "1.0.0"))
        try:
            self._callers.by_key(key)
        except ApiError as error:
            await websocket.send_denial_response(JSONResponse(error.body, error.status))
            return
        if serializer is None:
            message = f"vsn has to be one of {', '.join(SERIALIZERS)}"
            await websocket.send_denial_response(JSONResponse({"message": message}, 400))
            return
        await websocket.accept()
        await Session(
            websocket,
            key=key,
            serializer=serializer,
            database=self._database,
            callers=self._callers,
            hub=self._hub,
        ).run()

    async def _refuse(self, request: Request) -> Response:
        message = f"The local stack does not speak {request.method} {request.url.path}."
        raise ApiError(501, {"message": message})

    async def _recent(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._hub.forget()
        return JSONResponse({"broadcasts": self._hub.recent()})

    def _caller(self, request: Request) -> Caller:
        try:
            return self._callers.of_request(request.headers, request.query_params)
        except TokenError as error:
            raise ApiError(401, {"message": f"Unauthorized: {error}"}) from error


async def _parsed(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type") == "application/octet-stream":
        raise ApiError(415, {"message": "The local stack takes payloads in JSON only."})
    try:
        return body.parse_object(await body.read(request))
    except body.BodyError as error:
        raise ApiError(400, {"message": str(error)}) from error


def _broadcast(message: Any) -> Broadcast:
    if not isinstance(message, dict):
        raise _invalid("a message is an object")
    topic, event, payload = (message.get(name) for name in ("topic", "event", "payload"))
    if not isinstance(topic, str) or not topic or "\x00" in topic:
        raise _invalid("topic can't be blank")
    if not isinstance(event, str) or not event:
        raise _invalid("event can't be blank")
    if not isinstance(payload, dict):
        raise _invalid("payload has to be an object")
    if is_too_long(payload):
        raise _invalid("Payload size exceeds tenant limit")
    return Broadcast(topic, event, payload, private=message.get("private") is True)


def _invalid(reason: str) -> ApiError:
    return ApiError(422, {"message": reason, "errors": {"messages": [reason]}})
