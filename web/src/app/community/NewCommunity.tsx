import { Tabs } from "@base-ui/react/tabs";
import { Modal } from "../../sangha/ui/Modal";
import { JoinForm } from "./JoinForm";
import { MakeForm } from "./MakeForm";
import styles from "./NewCommunity.module.css";

/** A dialog: make a community, or join one by an invitation. */
export default function NewCommunity({ onClose }: { onClose: () => void }) {
  return (
    <Modal open onClose={onClose} title="Make or join a community">
      <Tabs.Root defaultValue="make" className={styles.tabs}>
        <Tabs.List className={styles.list} aria-label="How">
          <Tabs.Tab value="make" className={styles.tab}>
            Make one
          </Tabs.Tab>
          <Tabs.Tab value="join" className={styles.tab}>
            Join by invitation
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="make" keepMounted className={styles.panel}>
          <MakeForm onDone={onClose} />
        </Tabs.Panel>
        <Tabs.Panel value="join" keepMounted className={styles.panel}>
          <JoinForm onDone={onClose} />
        </Tabs.Panel>
      </Tabs.Root>
    </Modal>
  );
}
