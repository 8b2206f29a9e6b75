import { speakerOf } from "../../sangha/voice/attributes";
import { VoiceSidebar, type VoiceSidebarProps } from "../../sangha/voice/VoiceSidebar";
import { Case, Cases, Title } from "../Case";
import { HOSTILE } from "../names";
import { CROWN, channel, closed, GAVEL, ON_AIR, participant, STAR, worn } from "../people";

const LOUNGE = channel("Lounge");
const ada = participant("Ada", worn([CROWN, STAR], "#f1c40f"));
const grace = participant("Grace", worn([GAVEL], "#2ecc71"));
const edsger = participant("Edsger", worn([ON_AIR]));
const barbara = participant("Barbara", { muted: "true" });
const listener = participant("Listener", { permissions: "1049600" });
const bot = participant("Note taker", {}, { kind: "agent" });
const CALL = [ada, grace, edsger];

interface ShownProps extends Partial<VoiceSidebarProps> {
  people?: ReturnType<typeof participant>[];
  agents?: ReturnType<typeof participant>[];
}

function Shown({ people = CALL, agents = [], channels = [LOUNGE], ...rest }: ShownProps) {
  return (
    <VoiceSidebar
      channels={channels}
      here={
        new Map([
          [LOUNGE.id, { participants: people.map(speakerOf), agents: agents.map(speakerOf) }],
        ])
      }
      userId={ada.identity}
      onJoin={() => {}}
      {...rest}
    />
  );
}

export default function VoiceSidebarPage() {
  return (
    <>
      <Title name="VoiceSidebar">A community’s voice channels, and who is in each.</Title>
      <Cases>
        <Case title="Nobody">
          <Shown people={[]} />
        </Case>
        <Case title="Others talk: badges, colours, the crown">
          <Shown />
        </Case>
        <Case title="In the call: who speaks, who muted themselves">
          <Shown
            currentChannelId={LOUNGE.id}
            speaking={new Set([grace.identity])}
            silent={new Set([edsger.identity])}
          />
        </Case>
        <Case title="Joining">
          <Shown joiningChannelId={LOUNGE.id} />
        </Case>
        <Case title="Muted by a moderator, and who may only listen">
          <Shown people={[ada, barbara, listener]} />
        </Case>
        <Case title="Agents apart from people">
          <Shown agents={[bot]} />
        </Case>
        <Case title="What can be done about somebody">
          <Shown
            actionsFor={(speaker) => [
              [
                { label: `Mute ${speaker.name}`, onSelect: () => {} },
                {
                  label: "Move",
                  why: "You don’t have the permission to do this.",
                  onSelect: () => {},
                },
              ],
            ]}
          />
        </Case>
        <Case title="Private, and one that may not be joined">
          <Shown
            people={[]}
            channels={[channel("Staff", { private: true }), { ...closed("Board"), id: "board" }]}
          />
        </Case>
        <Case title="Hostile names">
          <Shown
            people={Object.values(HOSTILE).map((name) =>
              participant(name, worn([GAVEL], "#e67e22")),
            )}
            channels={[channel(HOSTILE.wide)]}
          />
        </Case>
        <Case title="Attributes that are not what they should be">
          <Shown people={[participant("Odd", { badges: "{]", color: "red", permissions: "x" })]} />
        </Case>
      </Cases>
    </>
  );
}
