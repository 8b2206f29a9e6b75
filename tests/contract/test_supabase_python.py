"""Supabase's own Python client against the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from postgrest.exceptions import APIError
from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError

from local.supabase import project
from local.supabase.project import Project

HEARD_SECONDS = 5.0
# supabase-py hands its own postgrest what that deprecates
pytestmark = pytest.mark.filterwarnings("ignore:The '(timeout|verify)' parameter")
SCHEMA = """
create function public.whose(p_name text) returns jsonb language sql
as $$ select jsonb_build_object('name', p_name, 'user_id', auth.uid(), 'role', current_user) $$;
create function public.refuse() returns void language plpgsql as $$
begin
  raise sqlstate 'PT409' using message = 'taken', detail = 'Somebody was faster.';
end $$;
create function public.members_only() returns void language sql as $$ select 1 $$;
revoke all on function public.members_only() from public, anon;
create policy "People hear their own topic" on realtime.messages
  for select to authenticated
  using (extension = 'broadcast' and (select realtime.topic()) = 'user:' || (select auth.uid()));
"""


@pytest.fixture(scope="module")
def supabase(postgres_port: int) -> Iterator[Project]:
    """A project with the schema above."""
    with project.running(postgres_port, sql=SCHEMA) as running:
        yield running


@asynccontextmanager
async def connected(supabase: Project, key: str | None = None) -> AsyncIterator[AsyncClient]:
    """Yields a client, and ends everything it began."""
    # One HTTP client for all: supabase-py forgets its own, unclosed, whenever somebody signs in
    async with httpx.AsyncClient() as http:
        options = AsyncClientOptions(httpx_client=http)
        client = await acreate_client(supabase.url, key or supabase.publishable_key, options)
        try:
            yield client
        finally:
            await client.realtime.close()
            await client.auth.sign_out()


async def sign_up(client: AsyncClient) -> str:
    """Signs a new person in; returns their id."""
    answer = await client.auth.sign_in_anonymously()
    assert answer.user is not None
    return answer.user.id


class TestAuth:
    def test_person(self, supabase: Project) -> None:
        """The client signs up, in and out, reads the user and verifies the claims."""
        credentials = {"email": "ann@example.com", "password": "long enough"}

        async def story() -> None:
            async with connected(supabase) as client:
                signed_up = await client.auth.sign_up(credentials)  # type: ignore[arg-type]
                assert signed_up.user is not None
                await client.auth.sign_out()
                signed_in = await client.auth.sign_in_with_password(credentials)  # type: ignore[arg-type]
                assert signed_in.user is not None
                assert signed_in.user.id == signed_up.user.id
                user = await client.auth.get_user()
                assert user is not None
                assert user.user.email == "ann@example.com"
                verified = await client.auth.get_claims()
                assert verified is not None
                assert verified["claims"]["sub"] == user.user.id

        asyncio.run(story())

    def test_refresh(self, supabase: Project) -> None:
        """The client exchanges its refresh token for a new one."""

        async def story() -> None:
            async with connected(supabase) as client:
                await sign_up(client)
                before = await client.auth.get_session()
                after = (await client.auth.refresh_session()).session
                assert before is not None
                assert after is not None
                assert before.refresh_token != after.refresh_token
                assert before.user.id == after.user.id

        asyncio.run(story())

    def test_wrong_password(self, supabase: Project) -> None:
        """The client recognises wrong credentials by their code."""
        credentials = {"email": "nobody@example.com", "password": "wrong"}

        async def story() -> None:
            async with connected(supabase) as client:
                with pytest.raises(AuthApiError) as refused:
                    await client.auth.sign_in_with_password(credentials)  # type: ignore[arg-type]
                assert (refused.value.status, refused.value.code) == (400, "invalid_credentials")

        asyncio.run(story())


class TestRpc:
    def test_as_the_user(self, supabase: Project) -> None:
        """A call runs as who is signed in."""

        async def story() -> None:
            async with connected(supabase) as client:
                user_id = await sign_up(client)
                answer = await client.rpc("whose", {"p_name": "x"}).execute()
                expected = {"name": "x", "user_id": user_id, "role": "authenticated"}
                assert answer.data == expected

        asyncio.run(story())

    def test_with_the_secret_key(self, supabase: Project) -> None:
        """A client with the secret key is service_role."""

        async def story() -> Any:
            async with connected(supabase, supabase.secret_key) as client:
                return (await client.rpc("whose", {"p_name": "x"}).execute()).data

        assert asyncio.run(story())["role"] == "service_role"

    @pytest.mark.parametrize(
        ("function", "code", "message"),
        [
            ("refuse", "PT409", "taken"),
            ("members_only", "42501", "permission denied for function members_only"),
            ("no_such", "PGRST202", "Could not find the function public.no_such() in the schema"),
        ],
    )
    def test_errors(self, supabase: Project, function: str, code: str, message: str) -> None:
        """The client recognises errors by code and message."""

        async def story() -> APIError:
            async with connected(supabase) as client:
                with pytest.raises(APIError) as refused:
                    await client.rpc(function, {}).execute()
                return refused.value

        error = asyncio.run(story())
        assert error.code == code
        assert str(error.message).startswith(message)


class TestRealtime:
    def test_private_channel(self, supabase: Project) -> None:
        """The client joins its own private topic and hears what the server sends there."""

        async def story() -> Any:
            async with connected(supabase) as client:
                topic = f"user:{await sign_up(client)}"
                heard: asyncio.Queue[Any] = asyncio.Queue()
                channel = private(client, topic).on_broadcast("new", heard.put_nowait)
                assert await subscribed(channel) == RealtimeSubscribeStates.SUBSCRIBED
                async with connected(supabase, supabase.secret_key) as server:
                    await private(server, topic).http_send("new", {"n": 1})
                message = await asyncio.wait_for(heard.get(), HEARD_SECONDS)
                await client.remove_channel(channel)
                return message

        message = asyncio.run(story())
        assert (message["event"], message["payload"]) == ("new", {"n": 1})

    def test_another_topic(self, supabase: Project) -> None:
        """The client is refused where its policy does not let it."""

        async def story() -> RealtimeSubscribeStates:
            async with connected(supabase) as client:
                await sign_up(client)
                channel = private(client, "user:another")
                state = await subscribed(channel)
                await client.remove_channel(channel)
                return state

        assert asyncio.run(story()) == RealtimeSubscribeStates.CHANNEL_ERROR

    def test_between_clients(self, supabase: Project) -> None:
        """What one client sends on a public topic, another hears."""

        async def story() -> Any:
            async with connected(supabase) as one, connected(supabase) as other:
                heard: asyncio.Queue[Any] = asyncio.Queue()
                ear = other.channel("chat").on_broadcast("hi", heard.put_nowait)
                mouth = one.channel("chat")
                await subscribed(ear)
                await subscribed(mouth)
                await mouth.send_broadcast("hi", {"n": 2})
                return await asyncio.wait_for(heard.get(), HEARD_SECONDS)

        assert asyncio.run(story())["payload"] == {"n": 2}


def private(client: AsyncClient, topic: str) -> AsyncRealtimeChannel:
    """Returns a private channel of a client."""
    return client.channel(topic, {"config": {"private": True, "broadcast": None, "presence": None}})


async def subscribed(channel: AsyncRealtimeChannel) -> RealtimeSubscribeStates:
    """Subscribes; returns the state that comes of it."""
    states: asyncio.Queue[RealtimeSubscribeStates] = asyncio.Queue()
    await channel.subscribe(lambda state, _error: states.put_nowait(state))
    return await asyncio.wait_for(states.get(), HEARD_SECONDS)
