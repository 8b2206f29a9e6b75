"""The shapes as JSON schemas, in the form from which TypeScript types come out well."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from pydantic_core import core_schema

from openapi.operations import OPERATIONS
from openapi.shapes import members, problems, pushes
from openapi.stated import CODES

REF = "#/components/schemas/"
PUSHES = (pushes.RoomPush, pushes.VoicePush, pushes.MovePush, pushes.MatchingPush)
Schema = dict[str, Any]


class _Untitled(GenerateJsonSchema):
    """Leaves out titles, which say nothing, and defaults, which descriptions tell.

    openapi-typescript takes a member that has a default for one that must be sent.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        return self.generate_inner(schema["schema"])


def schemas() -> dict[str, Schema]:
    """Returns every schema by its name: answers, pushes, problems, bodies."""
    answered = [model for each in OPERATIONS.values() for model in each.models]
    said: list[type[BaseModel]] = [*answered, *PUSHES, problems.Problem, members.VoiceBadge]
    taken = [each.body for each in OPERATIONS.values() if each.body is not None]
    found = _made(said, "serialization")
    for schema in found.values():
        schema.pop("additionalProperties", None)  # a later version may answer more
    found |= _made(taken, "validation")
    found["ProblemCode"] = {
        "type": "string",
        "enum": list(CODES),
        "description": "What went wrong; docs/errors.md tells what to do.",
    }
    found["Problem"]["properties"]["code"] = {"$ref": f"{REF}ProblemCode"}
    return dict(sorted(found.items()))


def ref(model: type[BaseModel]) -> Schema:
    """Returns the reference to a shape."""
    return {"$ref": f"{REF}{model.__name__}"}


def _made(
    models: Iterable[type[BaseModel]], mode: Literal["serialization", "validation"]
) -> dict[str, Schema]:
    _, made = models_json_schema(
        [(model, mode) for model in dict.fromkeys(models)],
        ref_template=f"{REF}{{model}}",
        schema_generator=_Untitled,
    )
    found: dict[str, Schema] = made["$defs"]
    for schema in found.values():
        schema.pop("title", None)
    return {name: plain(schema) for name, schema in found.items()}


def plain(value: Any) -> Any:
    """Returns a schema with `type: [x, null]` in place of `anyOf: [{type: x}, {type: null}]`."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    simple = {name: plain(item) for name, item in value.items()}
    match simple.get("anyOf"):
        case [{"type": str(kind), **rest}, {"type": "null"}] if "enum" not in rest:
            del simple["anyOf"]
            return {"type": [kind, "null"]} | rest | simple
    return simple
