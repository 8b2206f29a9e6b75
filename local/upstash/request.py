"""What an HTTP request asks for: its commands, out of a JSON body or a path."""

import json
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from local.upstash.resp import Command

TOKEN_PARAMETER = b"_token"


class RequestError(Exception):
    """Ends a request without a command: an HTTP status, and the error that the answer tells."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def query_parameters(query: bytes) -> list[tuple[bytes, bytes]]:
    """Returns the decoded parameters of a URL's query, in order."""
    return parse_qsl(query, keep_blank_values=True)


def command_from_path(path: bytes, body: bytes, parameters: list[tuple[bytes, bytes]]) -> Command:
    """Reads `/SET/key` + body + `?EX=100` as SET key body EX 100.

    Args:
        path: As on the wire, percent-encoded.
        body: The last argument before the parameters, unless empty.
        parameters: A parameter without a value is one argument (`?NX`), else it is two.

    Raises:
        RequestError: The path names no command.
    """
    command = [unquote_to_bytes(segment) for segment in path[1:].split(b"/")]
    if body:
        command.append(body)
    for parameter, value in parameters:
        if parameter != TOKEN_PARAMETER:
            command += [parameter, value] if value else [parameter]
    return _checked(command)


def command_from_json(body: bytes) -> Command:
    """Reads one command: ["SET", "key", "value", "EX", 100].

    Raises:
        RequestError: The body is something else.
    """
    return _command(_parsed(body))


def commands_from_json(body: bytes) -> list[Command]:
    """Reads an array of commands.

    Raises:
        RequestError: The body is something else, or empty.
    """
    commands = _parsed(body)
    if not isinstance(commands, list) or not commands:
        raise RequestError(400, "ERR failed to parse pipeline: not an array of commands")
    return [_command(command) for command in commands]


def _parsed(body: bytes) -> Any:
    try:
        # Numbers stay as they are written: 1e3 or 2^64 as a float would be another argument.
        return json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise RequestError(400, f"ERR failed to parse request body as JSON: {error}") from error


def _command(arguments: Any) -> Command:
    if not isinstance(arguments, list):
        raise RequestError(400, "ERR failed to parse command: not an array")
    return _checked([_argument(argument) for argument in arguments])


def _checked(command: Command) -> Command:
    if not command or not command[0]:
        raise RequestError(400, "ERR failed to parse command: no name")
    return command


def _argument(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode(errors="replace")  # half of a surrogate pair has no UTF-8
    if isinstance(value, bool):
        return b"true" if value else b"false"
    raise RequestError(
        400, "ERR failed to parse command: an argument is a string, a number or a boolean"
    )
