"""Requests whose answers are late: held back until the test lets them go."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Route

from tests.web.people import Person


@dataclass
class Held:
    """The requests of one kind that are under way."""

    person: Person
    routes: list[Route] = field(default_factory=list)

    def wait(self) -> None:
        """Waits until one is under way."""
        for _ in range(100):
            if self.routes:
                return
            self.person.page.wait_for_timeout(50)
        raise AssertionError("nothing was asked")

    def let_go(self) -> None:
        """Sends them, and waits until they are answered."""
        self.wait()
        for route in self.routes:
            with self.person.page.expect_response(lambda answer: answer.ok):
                route.continue_()
        self.routes.clear()


@contextmanager
def held(person: Person, method: str, path: str) -> Iterator[Held]:
    """Holds back what somebody asks of the API by a method, below a path (a pattern)."""
    asked = Held(person)
    pattern = re.compile(f"/api/rooms/.*{path}")

    def hold(route: Route) -> None:
        if route.request.method == method:
            asked.routes.append(route)
        else:
            route.fallback()

    person.page.route(pattern, hold)
    try:
        yield asked
    finally:
        person.page.unroute(pattern, hold)
