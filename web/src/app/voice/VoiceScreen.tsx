import type { Channel, WholeRoom } from "../../sangha/api/types";

/** A voice channel: who is in it, and how to join. */
export default function VoiceScreen({ channel }: { room: WholeRoom; channel: Channel }) {
  return <h1>{channel.name}</h1>;
}
