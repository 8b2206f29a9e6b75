import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import type { Channel, WholeRoom } from "../../sangha/api/types";
import { useSangha } from "../../sangha/context";
import { useAnnounce } from "../../sangha/ui/Announcer";
import { Button } from "../../sangha/ui/Button";
import { Field, TextInput } from "../../sangha/ui/Field";
import { Modal } from "../../sangha/ui/Modal";
import styles from "./ChannelDialog.module.css";
import { ChannelKind } from "./ChannelKind";
import { ChannelViewers } from "./ChannelViewers";
import { createChannel, editChannel } from "./channelWrites";
import { nameProblem } from "./nameProblem";
import { quoted } from "./quoted";
import { useIsShown } from "./useIsShown";
import { useWrite } from "./useWrite";
import { letIn, visibilityOf, whyNotHide } from "./visibility";
import { WriteState } from "./WriteState";

interface ChannelDialogProps {
  room: WholeRoom;
  /** The one to edit; a new one without it. */
  channel?: Channel;
  onMade?: (channelId: string) => void;
  onClose: () => void;
}

const sameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>) =>
  one.size === other.size && [...one].every((item) => other.has(item));

/** Returns a set as it is now with what was added to an earlier one, and without what was taken out. */
function withPicks(
  now: ReadonlySet<string>,
  before: ReadonlySet<string>,
  picked: ReadonlySet<string>,
): ReadonlySet<string> {
  const kept = [...now].filter((id) => picked.has(id) || !before.has(id));
  return new Set([...kept, ...[...picked].filter((id) => !before.has(id))]);
}

/** Makes a channel, or changes one: its name, and who sees it. */
export default function ChannelDialog({ room, channel, onMade, onClose }: ChannelDialogProps) {
  const sangha = useSangha();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const write = useWrite();
  const form = useId();
  const isShown = useIsShown();
  // What is edited here is measured by this: by now somebody else may have changed the channel.
  const [opened] = useState(() => ({
    name: channel?.name ?? "",
    isPrivate: channel !== undefined && !visibilityOf(room, channel.overwrites).everyone,
    picked: letIn(channel) as ReadonlySet<string>,
  }));
  const [name, setName] = useState(opened.name);
  const [kind, setKind] = useState<Channel["kind"]>(channel?.kind ?? "text");
  const [isPrivate, setPrivate] = useState(opened.isPrivate);
  const [picked, setPicked] = useState(opened.picked);
  const [asked, setAsked] = useState(false);
  const problem = nameProblem(name, write.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (name.trim() === "" || write.busy) return;
    const isSameView =
      isPrivate === opened.isPrivate && (!isPrivate || sameSet(picked, opened.picked));
    void write.run(async () => {
      const context = { ...sangha, queries, room };
      if (channel === undefined) {
        const viewers = isPrivate ? picked : null;
        const made = await createChannel(context, { name, kind, viewers });
        announce(`The channel ${quoted(made.name)} is made.`);
        if (isShown.current) onMade?.(made.id);
      } else {
        const isRenamed = name !== opened.name;
        const viewers = (now: ReadonlySet<string>) =>
          isPrivate ? withPicks(now, opened.picked, picked) : null;
        await editChannel(context, channel.id, {
          ...(isRenamed && { name }),
          ...(!isSameView && { viewers }),
        });
        announce(`The channel ${quoted(isRenamed ? name : channel.name)} is saved.`);
      }
      if (isShown.current) onClose();
    });
  };

  return (
    <Modal
      open
      onClose={onClose}
      title={
        channel === undefined ? (
          "Create a channel"
        ) : (
          <>
            Edit <bdi>{channel.name}</bdi>
          </>
        )
      }
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} look="primary" busy={write.busy}>
            {channel === undefined ? "Create the channel" : "Save"}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={submit} noValidate>
        {channel === undefined && <ChannelKind kind={kind} onChange={setKind} />}
        <Field label="Name" error={asked ? problem : null}>
          <TextInput
            value={name}
            maxLength={100}
            autoComplete="off"
            onChange={(event) => {
              setName(event.target.value);
              setAsked(false);
            }}
          />
        </Field>
        <ChannelViewers
          room={room}
          isPrivate={isPrivate}
          picked={picked}
          why={whyNotHide(room)}
          onPrivate={setPrivate}
          onPicked={setPicked}
        />
      </form>
      {problem === null && <WriteState write={write} />}
    </Modal>
  );
}
