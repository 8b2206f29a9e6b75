"""Every answer that is not a success: RFC 9457."""

from typing import Annotated

from pydantic import Field

from openapi.shapes.base import Count, Shape, absent


class InvalidField(Shape):
    """What of a body or a query is not what it must be."""

    at: str
    """Where: `body/name`, `query/limit`."""
    message: str


class Problem(Shape):
    """What is wrong. Decide by `code`, which is stable; docs/errors.md tells what to do."""

    type: str
    """`about:blank`, or the URI of a registered problem type."""
    title: str
    """The status in words."""
    status: Annotated[int, Field(ge=400, le=599)]
    code: str
    detail: str
    """One sentence for a person; it may change."""
    errors: list[InvalidField] = absent("Of invalid_request, where a schema refused.")
    violated_policies: list[str] = absent(
        "Of rate_limited: which limits were reached.", alias="violated-policies"
    )
    people: Count = absent("Of channel_in_use: how many are in the voice channel.")
