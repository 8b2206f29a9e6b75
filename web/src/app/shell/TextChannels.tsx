import { Hash, Lock } from "lucide-react";
import { Link } from "wouter";
import type { WholeRoom } from "../../sangha/api/types";
import list from "./channels.module.css";

/** The text channels of a community, at the side. */
export function TextChannels({
  room,
  shownId,
}: {
  room: WholeRoom;
  /** Of the channel on the screen. */
  shownId: string | undefined;
}) {
  const channels = room.channels.filter((channel) => channel.kind === "text");
  if (channels.length === 0) return null;
  return (
    <section aria-labelledby="text-channels">
      <h3 id="text-channels" className={list.head}>
        Text channels
      </h3>
      <ul className={list.list}>
        {channels.map((channel) => {
          const href = `/rooms/${room.room.id}/channels/${channel.id}`;
          return (
            <li key={channel.id}>
              <Link
                href={href}
                className={list.channel ?? ""}
                aria-current={channel.id === shownId ? "page" : undefined}
              >
                {channel.private ? <Lock aria-label="Private" /> : <Hash aria-hidden />}
                <bdi>{channel.name}</bdi>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
