"""`python -m openapi` (make types): docs/openapi.json anew."""

from openapi.document import PATH, as_text
from openapi.operations import OPERATIONS


def main() -> None:
    """Writes the document."""
    PATH.write_text(as_text())
    print(f"docs/{PATH.name}: {len(OPERATIONS)} operations")  # noqa: T201 - the line it says


if __name__ == "__main__":
    main()
