"""Broadcasts that SQL sends: realtime.send(), or a row in realtime.messages."""

import asyncio
import json

import asyncpg

from local.supabase.database import COMMAND_SECONDS, CONNECT_SECONDS
from local.supabase.hub import Broadcast, Hub

RETRY_SECONDS = 0.2
_ROW = """
select id, topic, event, payload, private
from realtime.messages
where id = $1::uuid and extension = 'broadcast' and event is not null and payload is not null
"""


class Announcements:
    """Follows the database's notifications; what is sent while it is away is lost."""

    def __init__(self, dsn: str, hub: Hub) -> None:
        self._dsn = dsn
        self._hub = hub
        self.listening = asyncio.Event()

    async def follow(self) -> None:
        """Publishes every announced message, until cancelled; reconnects as often as needed."""
        while True:
            try:
                connection = await asyncpg.connect(
                    self._dsn, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS
                )
                try:
                    await self._publish_from(connection)
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self.listening.clear()
            await asyncio.sleep(RETRY_SECONDS)

    async def _publish_from(self, connection: asyncpg.Connection) -> None:
        """Publishes until the connection ends."""
        announced: asyncio.Queue[str | None] = asyncio.Queue()
        connection.add_termination_listener(lambda _connection: announced.put_nowait(None))
        await connection.add_listener(
            "realtime_messages",
            lambda _connection, _process, _channel, row_id: announced.put_nowait(row_id),
        )
        self.listening.set()
        while (row_id := await announced.get()) is not None:
            row = await connection.fetchrow(_ROW, row_id)
            if row is not None:
                self._hub.publish(
                    Broadcast(
                        topic=row["topic"],
                        event=row["event"],
                        payload=json.loads(row["payload"]),
                        private=row["private"],
                        id=str(row["id"]),
                    )
                )
        self.listening.clear()
