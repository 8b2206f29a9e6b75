"""What all shapes share: how strict they are, and the values that recur."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Id = UUID
Ms = Annotated[int, Field(description="Milliseconds since the epoch.")]
Seconds = Annotated[int, Field(ge=1, description="Whole seconds.")]
Count = Annotated[int, Field(ge=0)]
Version = Annotated[
    int,
    Field(ge=1, description="The room's, one greater with each change; the answer's ETag."),
]
Permissions = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,19}$",
        description="Permission bits, Discord's, as a decimal text: numbers end at 53 bits.",
    ),
]
Color = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$", description="#rrggbb in lower case.")]


class Shape(BaseModel):
    """A JSON object that is answered or pushed: these members and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class Versioned(Shape):
    """An answer about a room as it was at a version; its ETag says which."""

    version: Version


def absent(description: str, **options: Any) -> Any:
    """Returns the default of a member that may be left out, and is never null."""
    return Field(default_factory=lambda: None, description=description, **options)
