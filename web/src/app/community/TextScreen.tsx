import type { Channel, WholeRoom } from "../../sangha/api/types";

/** A text channel. */
export default function TextScreen({ channel }: { room: WholeRoom; channel: Channel }) {
  return <h1>{channel.name}</h1>;
}
