import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../sangha/api/problem";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Banner } from "../../sangha/ui/Banner";
import { Confirm, type ConfirmProps } from "./Confirm";
import { deleteChannel } from "./channelWrites";
import { quoted } from "./quoted";

interface DeleteChannelProps {
  room: WholeRoom;
  channel: Channel;
  onClose: () => void;
  focusAfter: NonNullable<ConfirmProps["focusAfter"]>;
}

/** Asks before a channel is deleted; with people in it a second time, saying how many. */
export default function DeleteChannel(props: DeleteChannelProps) {
  const { room, channel, onClose, focusAfter } = props;
  const sangha = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const [people, setPeople] = useState<number | null>(null); // in it, as far as it was told

  async function send() {
    try {
      await deleteChannel({ ...sangha, queries, room }, channel.id, people !== null);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "channel_in_use") throw error;
      setPeople(Number(error.extra.people ?? 0));
      return false;
    }
    announce(`The channel ${quoted(channel.name)} is deleted.`);
    return true;
  }

  return (
    <Confirm
      title={
        <>
          Delete <bdi>{channel.name}</bdi>?
        </>
      }
      description="It can’t be undone."
      action={people === null ? "Delete the channel" : "Delete it and end the call"}
      send={send}
      onClose={onClose}
      focusAfter={focusAfter}
    >
      {people !== null && (
        <Banner tone="danger">
          {people === 1 ? "Somebody is" : `${people} people are`} in this channel now. Deleting it
          ends their call.
        </Banner>
      )}
    </Confirm>
  );
}
