"""Twirp over HTTP as LiveKit's server speaks it: tokens, bodies, errors."""

import json
from typing import Any, TypeVar

import jwt
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import DecodeError, Message
from jwt.types import Options
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

MessageT = TypeVar("MessageT", bound=Message)

JSON = "application/json"
PROTOBUF = "application/protobuf"
BEARER = "Bearer "
LEEWAY_SECONDS = 60
STATUS = {  # of https://twitchtv.github.io/twirp/docs/errors.html, those that occur here
    "bad_route": 404,
    "failed_precondition": 412,
    "invalid_argument": 400,
    "malformed": 400,
    "not_found": 404,
    "unauthenticated": 401,
    "unavailable": 503,
    "unimplemented": 501,
    "unknown": 500,
}


class TwirpError(Exception):
    """An error that the caller is told."""

    def __init__(self, code: str, message: str, meta: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.meta = meta

    def response(self) -> Response:
        """Returns the answer; errors are JSON even where the request was protobuf."""
        body: dict[str, Any] = {"code": self.code, "msg": self.message}
        if self.meta is not None:
            body["meta"] = self.meta
        return JSONResponse(body, STATUS[self.code])


class UnauthorizedError(Exception):
    """A token that is refused before Twirp sees the request: 401 in plain text."""

    def response(self) -> Response:
        """Returns the answer."""
        return PlainTextResponse(str(self), 401)


def bad_route(request: Request, message: str) -> TwirpError:
    """Returns the error of a request that no method takes."""
    route = f"{request.method} {request.url.path}"
    return TwirpError("bad_route", message, {"twirp_invalid_route": route})


def grants(request: Request, *, api_key: str, api_secret: str, now: float) -> dict[str, Any]:
    """Returns the video grants of the request's token, none when there is no token.

    Raises:
        UnauthorizedError: the token is not one of ours, or not valid at `now` (Unix seconds).
    """
    header = request.headers.get("authorization", "")
    if not header:
        return {}
    if not header.startswith(BEARER):
        raise UnauthorizedError("invalid authorization header. Must start with Bearer ")
    token = header.removeprefix(BEARER)
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss", "")
    except jwt.InvalidTokenError as error:
        raise UnauthorizedError("invalid authorization token") from error
    if issuer != api_key:
        raise UnauthorizedError(f"invalid API key: {issuer}")
    untimed: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    try:
        claims = jwt.decode(token, api_secret, ["HS256"], options=untimed)
    except jwt.InvalidTokenError as error:
        reason = "token signature is invalid: signature is invalid"
        raise UnauthorizedError(f"invalid token: {token}, error: {reason}") from error
    invalid = f"invalid token: {token}, error: token has invalid claims: token is"
    if now >= claims.get("exp", now) + LEEWAY_SECONDS:
        raise UnauthorizedError(f"{invalid} expired")
    if now < claims.get("nbf", now) - LEEWAY_SECONDS:
        raise UnauthorizedError(f"{invalid} not valid yet")
    video: dict[str, Any] = claims.get("video") or {}
    return video


def content_type(request: Request) -> str:
    """Returns JSON or PROTOBUF; raises TwirpError for anything else."""
    header = request.headers.get("content-type", "")
    media_type = header.partition(";")[0].strip().lower()
    if media_type not in (JSON, PROTOBUF):
        raise bad_route(request, f'unexpected Content-Type: "{header}"')
    return media_type


def decode(media_type: str, body: bytes, message: MessageT) -> MessageT:
    """Fills a request message from a body, unknown fields aside; TwirpError when it can't."""
    try:
        if media_type == PROTOBUF:
            message.ParseFromString(body)
            return message
        return ParseDict(_json_object(body), message, ignore_unknown_fields=True)
    except (DecodeError, ParseError, ValueError) as error:
        kind = "protobuf" if media_type == PROTOBUF else "json"
        raise TwirpError("malformed", f"the {kind} request could not be decoded") from error


def _json_object(body: bytes) -> dict[str, Any]:
    """Returns the parsed body; ValueError for an empty list too, which ParseDict would take."""
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("no object")  # noqa: TRY004 - the callers' errors are about values
    return content


def encode(media_type: str, message: Message) -> Response:
    """Returns a message in the form of its request; JSON has snake_case names and every field."""
    if media_type == PROTOBUF:
        return Response(message.SerializeToString(), media_type=PROTOBUF)
    content = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    _add_nulls(message, content)
    return JSONResponse(content)


def _add_nulls(message: Message, content: dict[str, Any]) -> None:
    """Adds the absent messages that Go writes as null and Python leaves out, at every depth."""
    for field in message.DESCRIPTOR.fields:
        kind = field.message_type
        if kind is None or kind.GetOptions().map_entry:
            continue
        value = getattr(message, field.name)
        if field.is_repeated:
            for item, item_content in zip(value, content[field.name], strict=True):
                _add_nulls(item, item_content)
        elif message.HasField(field.name):
            _add_nulls(value, content[field.name])
        elif field.containing_oneof is None:
            content[field.name] = None
