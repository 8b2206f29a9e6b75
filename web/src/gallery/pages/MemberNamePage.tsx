import { MemberName } from "../../sangha/badges/MemberName";
import { Case, Cases, Title } from "../Case";
import { HOSTILE } from "../names";

const crown = { icon: "crown", label: "Owner", color: null };
const gavel = { icon: "gavel", label: "Moderator", color: "#2ecc71" };
const many = ["shield", "gavel", "star", "heart", "leaf", "🎧"].map((icon) => ({
  icon,
  label: `Role ${icon}`,
  color: "#9b59b6",
}));

export default function MemberNamePage() {
  return (
    <>
      <Title name="MemberName">A name in its colour, with its badges, on one line.</Title>
      <Cases>
        <Case title="Without a role">
          <MemberName name="Ada" />
        </Case>
        <Case title="The owner">
          <MemberName name="Ada" badges={[crown]} />
        </Case>
        <Case title="A moderator, coloured">
          <MemberName name="Grace" color="#2ecc71" badges={[gavel]} />
        </Case>
        <Case title="The owner with a role">
          <MemberName name="Ada" color="#2ecc71" badges={[crown, gavel]} />
        </Case>
        <Case title="More badges than there is room for">
          <MemberName name="Edsger" color="#9b59b6" badges={many} />
        </Case>
        <Case title="Colours that can’t be read as they are">
          <MemberName name="On dark" color="#111111" />
          <br />
          <MemberName name="On light" color="#fffde7" />
        </Case>
        {Object.entries(HOSTILE).map(([what, name]) => (
          <Case key={what} title={`Hostile: ${what}`}>
            <MemberName name={name} color="#e67e22" badges={[gavel]} />
          </Case>
        ))}
      </Cases>
    </>
  );
}
