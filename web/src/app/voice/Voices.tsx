import { AudioTrack, useTracks } from "@livekit/components-react";
import { Track } from "livekit-client";
import { hearingOf, useHearings } from "./hearing";

const SOURCES = [Track.Source.Microphone, Track.Source.ScreenShareAudio, Track.Source.Unknown];
const ON_SUBSCRIPTIONS = { updateOnlyOn: [], onlySubscribed: true };

/** Plays what others say, each as loud as one wants it. LiveKit doesn't even send who is silenced. */
export function Voices({ deafened }: { deafened: boolean }) {
  const hearings = useHearings();
  const tracks = useTracks(SOURCES, ON_SUBSCRIPTIONS).filter(
    ({ participant, publication }) => !participant.isLocal && publication.kind === Track.Kind.Audio,
  );
  return (
    <div hidden>
      {tracks.map((track) => {
        const { volume, muted } = hearingOf(hearings, track.participant.identity);
        const isSilenced = deafened || muted;
        return (
          <AudioTrack
            key={track.publication.trackSid}
            trackRef={track}
            volume={isSilenced ? 0 : volume / 100}
            muted={isSilenced}
          />
        );
      })}
    </div>
  );
}
