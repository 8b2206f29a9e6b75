"""Every cell of the matrix, straight through Supabase with the persona's own token."""

import pytest

from tests.personas.answers import Supabase
from tests.personas.matrix import OPERATIONS
from tests.personas.operation import PERSONAS, Operation
from tests.personas.scratch import Given, Scratch
from tests.stack import Stack

CALLS = [operation for operation in OPERATIONS if operation.function]


@pytest.mark.parametrize("operation", CALLS, ids=lambda o: f"{o.function}: {o.title}")
def test_each_persona_is_answered_as_the_matrix_says(
    stack: Stack, scratch: Scratch, supabase: Supabase, operation: Operation
) -> None:
    """Each persona's call has the cell's answer; a refusal writes nothing, a write something."""
    scratch.begin(operation.given)
    answered = {
        persona: supabase.ask(stack, scratch, operation, persona)[1] for persona in PERSONAS
    }
    assert answered == operation.cells


def test_every_function_is_in_the_matrix(scratch: Scratch) -> None:
    """What who is signed in may call of the API has a row, and nothing else has."""
    assert {operation.function for operation in CALLS} == scratch.granted()


@pytest.mark.parametrize("given", Given)
def test_a_rebuilt_room_is_the_same(scratch: Scratch, given: Given) -> None:
    """Every cell starts from the same rows, down to the times."""
    scratch.begin(given)
    before = scratch.dump()
    scratch.rebuild()
    assert scratch.dump() == before
    assert len(before) > len(OPERATIONS) // 3
