"""Whatever AWS gives a deployed function, recorded in tests/events/aws, and what becomes of it."""

import base64
import json
from pathlib import Path

import jwt
import pytest

from deploy.interpreter import Interpreter
from local.community import ROOM
from local.lambdas import events
from local.lambdas.runtime_api import FunctionError
from tests.deploy.aws.deployed import AWS, Deployed
from tests.deploy.aws.lambdas import Lambdas, body, recorded
from tests.stack import LIVEKIT_ROOM, LIVEKIT_SECRET, Stack

IN = f"/api/rooms/{ROOM}"


class TestHttp:
    def test_a_webhook_with_its_body_in_base64(self, lambdas: Lambdas, stack: Stack) -> None:
        """The signature is over the bytes that LiveKit sent; presence has who joined."""
        *_, joined = stack.join("member")
        event = recorded("http_base64_body", signature=stack.simulator.sign(joined.body))
        event["body"] = base64.b64encode(joined.body).decode()
        assert lambdas.ask("livekit-webhook", event)["statusCode"] == 200
        assert stack.names() == ["Member"]

    def test_a_stage_with_a_name(self, lambdas: Lambdas, stack: Stack) -> None:
        """API Gateway puts it before the path."""
        bearer = stack.bearer("member")["Authorization"]
        answer = lambdas.ask("room", recorded("http_stage", bearer=bearer, room_id=str(ROOM)))
        assert (answer["statusCode"], body(answer)["room"]["id"]) == (200, str(ROOM))

    def test_cookies_and_a_repeated_parameter(self, lambdas: Lambdas, stack: Stack) -> None:
        """Are no obstacle: the answer is the API's own."""
        bearer = stack.bearer("member")
        told = {"bearer": bearer["Authorization"], "room_id": str(ROOM)}
        answer = lambdas.ask("room-members", recorded("http_cookies_and_query", **told))
        wanted = stack.api.get(f"{IN}/members?limit=2&limit=3", headers=bearer)
        assert answer["statusCode"] == wanted.status_code
        assert body(answer) == wanted.json()

    @pytest.mark.parametrize("event", ["http_decoded_path", "function_url_encoded_path"])
    def test_a_path_with_what_needs_encoding(
        self, lambdas: Lambdas, stack: Stack, event: str
    ) -> None:
        """API Gateway decodes it, a Function URL does not."""
        bearer = stack.bearer("member")
        answer = lambdas.ask("invite", recorded(event, bearer=bearer["Authorization"]))
        wanted = stack.api.get("/api/invites/a%20b%20%C3%A9", headers=bearer)
        assert answer["statusCode"] == wanted.status_code == 404
        assert body(answer)["code"] == wanted.json()["code"] == "invite_not_found"

    def test_head(self, lambdas: Lambdas, stack: Stack) -> None:
        """As the API: what it allows is told."""
        answer, wanted = (
            lambdas.ask("badges", recorded("http_head")),
            stack.api.head("/api/badges"),
        )
        assert answer["statusCode"] == wanted.status_code
        assert answer["headers"].get("allow") == wanted.headers.get("allow")

    def test_a_preflight(self, lambdas: Lambdas, stack: Stack) -> None:
        """Behind a Function URL the function answers it, as the API does."""
        event = recorded("function_url_preflight")
        answer = lambdas.ask("livekit-token", event)
        names = ("origin", "access-control-request-method", "access-control-request-headers")
        asked = {name: event["headers"][name] for name in names}
        wanted = stack.api.options("/api/livekit/token", headers=asked)
        assert answer["statusCode"] == wanted.status_code == 200
        allowed = "access-control-allow-origin"
        assert answer["headers"][allowed] == wanted.headers[allowed] == asked["origin"]


class TestOtherEvents:
    @pytest.mark.parametrize("event", ["schedule", "scheduler"])
    def test_the_schedule(self, lambdas: Lambdas, stack: Stack, event: str) -> None:
        """Reconciles every community: who joined unheard is there."""
        stack.join("member")
        answer = lambdas.ask("livekit-reconcile", recorded(event))
        assert answer["statusCode"] == 200, answer
        (report,) = body(answer)["reports"]
        assert (report["room_id"], report["added"]) == (str(ROOM), 1)

    def test_warm(self, lambdas: Lambdas) -> None:
        """Answered by itself: nothing is there to be asked."""
        nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "SUPABASE_URL": "http://127.0.0.1:9"}
        with lambdas.started("livekit-token", **nowhere) as environment:
            assert environment.invoke(recorded("warm")) == {"warm": True}

    @pytest.mark.parametrize("event", ["direct", "sqs"])
    def test_what_it_does_not_take(self, lambdas: Lambdas, event: str) -> None:
        """Said, with what it takes; the next request is served as ever."""
        with lambdas.started("badges") as environment:
            with pytest.raises(FunctionError, match=r"takes HTTP requests"):
                environment.invoke(recorded(event))
            assert environment.invoke(events.http("GET", "/api/badges"))["statusCode"] == 200
        with pytest.raises(FunctionError, match=r"schedules"):
            lambdas.ask("livekit-reconcile", recorded(event))


class TestOneFunction:
    def test_it_serves_all(
        self,
        deployed_one: Deployed,
        aws: AWS,
        python: Interpreter,
        stack: Stack,
        tmp_path: Path,
    ) -> None:
        """Behind its URL: reads, preflights, LiveKit's token; warm; the schedule."""
        bearer = stack.bearer("member")["Authorization"]
        stack.join("member")
        with Lambdas(deployed_one, aws, python, tmp_path).started("app") as environment:
            assert environment.invoke(recorded("warm")) == {"warm": True}
            event = recorded("function_url_get", bearer=bearer, room_id=str(ROOM))
            assert body(environment.invoke(event))["room"]["id"] == str(ROOM)
            preflight = environment.invoke(recorded("function_url_preflight"))
            assert preflight["headers"]["access-control-allow-origin"] == "https://app.example"
            told = json.dumps({"room_name": LIVEKIT_ROOM})
            event = events.http("POST", "/api/livekit/token", told, "", {"authorization": bearer})
            token = body(environment.invoke(event))["participant_token"]
            assert jwt.decode(token, LIVEKIT_SECRET, algorithms=["HS256"])["sub"]
            (report,) = body(environment.invoke(recorded("schedule")))["reports"]
            assert report["added"] == 1
