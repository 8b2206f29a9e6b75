import { useState } from "react";
import { IconPicker, type IconPickerProps } from "../../sangha/icon-picker/IconPicker";
import { Case, Cases, Title } from "../Case";

function Chosen(props: Partial<IconPickerProps>) {
  const [value, setValue] = useState(props.value ?? null);
  return <IconPicker {...props} value={value} onChange={setValue} />;
}

export default function IconPickerPage() {
  return (
    <>
      <Title name="IconPicker">
        Chooses a role’s badge: one of the icons, any single emoji, or none. By keyboard, too.
      </Title>
      <Cases>
        <Case title="No badge">
          <Chosen label="Badge" />
        </Case>
        <Case title="An icon, in the role’s colour">
          <Chosen label="Badge of Moderator" value="gavel" color="#2ecc71" />
        </Case>
        <Case title="An emoji">
          <Chosen label="Badge of On air" value="🎙️" />
        </Case>
        <Case title="A joined emoji">
          <Chosen label="Badge of Developer" value="👩🏽‍💻" />
        </Case>
        <Case title="What the picker doesn’t know">
          <Chosen label="Badge of Legacy" value="sparkle-2019" />
        </Case>
        <Case title="Not allowed">
          <Chosen
            label="Badge of Admin"
            value="shield"
            why="That role isn’t below your highest role."
          />
        </Case>
        <Case title="Emojis can’t be read: the icons still work">
          <Chosen label="Badge" emojisUrl="/nowhere" />
        </Case>
      </Cases>
    </>
  );
}
