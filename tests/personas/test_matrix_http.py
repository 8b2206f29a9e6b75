"""Every cell of the matrix over HTTP, and that Supabase itself answers the same."""

import pytest

from app import ENDPOINTS
from tests.personas.answers import Answer, Supabase, as_sql_tells, by_http, masked, outcome
from tests.personas.matrix import NOT_FOR_PEOPLE, OPERATIONS
from tests.personas.operation import PERSONAS, Operation
from tests.personas.scratch import Scratch
from tests.stack import Stack


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.route}: {o.title}")
def test_each_persona_is_answered_as_the_matrix_says(
    stack: Stack, scratch: Scratch, supabase: Supabase, operation: Operation
) -> None:
    """Each persona's request has the cell's answer, and says what the function says."""
    scratch.begin(operation.given)
    before = scratch.dump()
    answered = {}
    for persona in PERSONAS:
        over_http = by_http(stack, operation, persona)
        answered[persona] = outcome(over_http, operation, scratch, before)
        if operation.function:
            by_function, _ = supabase.ask(stack, scratch, operation, persona)
            _agree(operation, over_http, by_function)
    assert answered == operation.cells


def _agree(operation: Operation, over_http: Answer, by_function: Answer) -> None:
    assert over_http.code == by_function.code
    if by_function.detail is not None:
        assert over_http.detail == by_function.detail
    if not over_http.code:
        told = as_sql_tells(operation, over_http.content, by_function.content)
        assert masked(told) == masked(by_function.content)


def test_every_route_is_in_the_matrix() -> None:
    """What we serve has a row, or is not for people; and nothing else has a row."""
    served = {
        f"{method} {route.path}"
        for endpoint in ENDPOINTS
        for route in endpoint.router.routes
        for method in route.methods
    }
    rows = {operation.route for operation in OPERATIONS}
    assert rows.isdisjoint(NOT_FOR_PEOPLE)
    assert rows | set(NOT_FOR_PEOPLE) == served
