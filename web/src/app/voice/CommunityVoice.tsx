import type { WholeRoom } from "../../sangha/api/types";

/** A community's voice channels in the side: who is in each, by push. */
export function CommunityVoice({ room }: { room: WholeRoom }) {
  return (
    <ul>
      {room.channels
        .filter((channel) => channel.kind === "voice")
        .map((channel) => (
          <li key={channel.id}>{channel.name}</li>
        ))}
    </ul>
  );
}
