"""After a change of what members may do or how they are shown: it is carried into voice."""

from uuid import UUID

from common import membership, voice


async def standings_changed(room_id: UUID) -> None:
    """Has whoever is in a call of the community hold to it; a failure is logged and no more."""
    membership.forget(str(room_id))
    await voice.refresh(str(room_id))
