import { useId, useState } from "react";
import { Modal } from "../../sangha/ui/Modal";
import { hearingOf, setHearing, useHearings } from "./hearing";
import styles from "./VolumeModal.module.css";

interface VolumeModalProps {
  userId: string;
  name: string;
  onClose: () => void;
}

/** Some browsers, such as those of iPhones, leave the volume to the system. */
function canSetVolume(): boolean {
  const audio = new Audio();
  audio.volume = 0.5;
  return audio.volume === 0.5;
}

/** How loud somebody is played here; it takes effect at once. */
export default function VolumeModal({ userId, name, onClose }: VolumeModalProps) {
  const id = useId();
  const [canSet] = useState(canSetVolume);
  const { volume, muted } = hearingOf(useHearings(), userId);
  return (
    <Modal
      open
      onClose={onClose}
      size="small"
      title={
        <>
          Volume of <bdi>{name}</bdi>
        </>
      }
      description="Only for you, in this browser. At 100 % they are as loud as they come in."
    >
      <div className={styles.volume}>
        {canSet ? (
          <>
            <div className={styles.head}>
              <label htmlFor={id}>Volume</label>
              <output htmlFor={id}>{volume} %</output>
            </div>
            <input
              id={id}
              type="range"
              min={0}
              max={100}
              step={5}
              value={volume}
              aria-valuetext={`${volume} %`}
              onChange={(event) => setHearing(userId, { volume: event.target.valueAsNumber })}
            />
          </>
        ) : (
          <p className={styles.hint}>
            This browser plays everybody as loud as the system does. You can mute them for yourself.
          </p>
        )}
        {muted && (
          <p className={styles.hint}>You muted them for yourself: you hear nothing of them now.</p>
        )}
      </div>
    </Modal>
  );
}
