"""`make token AS=member`: prints an access token of a demo user, signed in through supabase-py."""

import asyncio
import sys

import httpx
from dotenv import dotenv_values
from supabase import AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthError

from local.addresses import FOLDER
from local.community import PEOPLE, email


def stack_env() -> dict[str, str]:
    """Returns what `make dev` wrote for clients; RuntimeError when it never ran."""
    env = {name: value or "" for name, value in dotenv_values(FOLDER / "env").items()}
    if not env:
        raise RuntimeError("start the stack first, in another terminal: make dev")
    return env


async def access_token(env: dict[str, str], person: str) -> str:
    """Signs a demo person in and returns the access token."""
    # One HTTP client for all: supabase-py forgets its own, unclosed, whenever somebody signs in.
    async with httpx.AsyncClient() as http:
        options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False)
        url, key = env["SUPABASE_URL"], env["SUPABASE_PUBLISHABLE_KEY"]
        client = await acreate_client(url, key, options)
        answer = await client.auth.sign_in_with_password(
            {"email": email(person), "password": env["DEMO_PASSWORD"]}
        )
    assert answer.session is not None
    return answer.session.access_token


def main(person: str) -> int:
    """Prints the token; returns the exit code."""
    if person not in PEOPLE:
        print(f"Sangha: AS is one of {', '.join(PEOPLE)}", file=sys.stderr)
        return 1
    try:
        print(asyncio.run(access_token(stack_env(), person)))
    except (httpx.HTTPError, AuthError, RuntimeError) as error:
        print(f"Sangha: {error or type(error).__name__}: is make dev running?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
