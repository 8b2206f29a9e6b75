import { useMediaDeviceSelect } from "@livekit/components-react";
import { type Room, supportsAudioOutputSelection } from "livekit-client";
import { useId, useState } from "react";
import { Banner } from "../../sangha/ui/Banner";
import { Modal } from "../../sangha/ui/Modal";
import styles from "./DevicesModal.module.css";
import { chooseDevice, type Devices } from "./devices";
import { MUTE_KEY } from "./shortcut";

interface DevicesModalProps {
  room: Room;
  onClose: () => void;
}

/** Which microphone and which loudspeaker the call uses; both take effect at once. */
export default function DevicesModal({ room, onClose }: DevicesModalProps) {
  const [failed, setFailed] = useState(false);
  const common = { room, onFailed: setFailed };
  return (
    <Modal
      open
      onClose={onClose}
      title="Microphone and loudspeaker"
      size="small"
      description={
        <>
          You can mute yourself anywhere with <kbd className={styles.key}>{MUTE_KEY}</kbd>.
        </>
      }
    >
      <div className={styles.devices}>
        <DeviceSelect {...common} kind="audioinput" device="microphone" label="Microphone" />
        {supportsAudioOutputSelection() ? (
          <DeviceSelect {...common} kind="audiooutput" device="speaker" label="Loudspeaker" />
        ) : (
          <p className={styles.hint}>
            This browser plays everything through the system’s loudspeaker.
          </p>
        )}
        {failed && <Banner tone="danger">That device can’t be used. The last one still is.</Banner>}
      </div>
    </Modal>
  );
}

interface DeviceSelectProps {
  room: Room;
  kind: "audioinput" | "audiooutput";
  device: keyof Devices;
  label: string;
  onFailed: (failed: boolean) => void;
}

function DeviceSelect({ room, kind, device, label, onFailed }: DeviceSelectProps) {
  const id = useId();
  const { devices, activeDeviceId, setActiveMediaDevice } = useMediaDeviceSelect({ kind, room });
  const named = devices.filter(({ deviceId }) => deviceId !== "");
  const isListed = named.some(({ deviceId }) => deviceId === activeDeviceId);
  const choose = async (deviceId: string) => {
    try {
      await setActiveMediaDevice(deviceId);
      chooseDevice(device, deviceId);
      onFailed(false);
    } catch {
      onFailed(true);
    }
  };
  return (
    <div className={styles.device}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={isListed ? activeDeviceId : ""}
        onChange={(event) => void choose(event.target.value)}
      >
        {!isListed && (
          <option value="" disabled>
            {named.length === 0 ? "None can be chosen" : "The system’s"}
          </option>
        )}
        {named.map((option, place) => (
          <option key={option.deviceId} value={option.deviceId}>
            {option.label || `${label} ${place + 1}`}
          </option>
        ))}
      </select>
    </div>
  );
}
