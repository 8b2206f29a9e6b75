import { LogOut, Monitor, Moon, Settings2, Sun } from "lucide-react";
import { useSangha } from "../../sangha/context";
import { Actions } from "../../sangha/ui/Actions";
import { Avatar } from "../../sangha/ui/Avatar";
import { IconButton } from "../../sangha/ui/Button";
import { useMatch } from "../matching/matching";
import { signOut } from "../session/signOut";
import { setTheme, useTheme } from "../theme";
import { useCall } from "../voice/call";
import styles from "./SideFoot.module.css";

/** Who one is, and one's own settings. */
export function SideFoot({ name }: { name: string }) {
  const { supabase, userId } = useSangha();
  const theme = useTheme();
  const call = useCall();
  const match = useMatch();
  const chosen = (value: string) => (value === theme ? " (chosen)" : "");
  const leave = () => {
    match.leave();
    call.leave();
    void signOut(supabase);
  };
  return (
    <div className={styles.foot}>
      <div className={styles.me}>
        <Avatar name={name} id={userId} size={32} speaking={call.speaking.has(userId)} />
        <bdi className={styles.name} title={name}>
          {name}
        </bdi>
        <Actions
          trigger={
            <IconButton label="Your settings">
              <Settings2 aria-hidden />
            </IconButton>
          }
          groups={[
            [
              {
                label: `As the system${chosen("system")}`,
                icon: <Monitor aria-hidden />,
                onSelect: () => setTheme("system"),
              },
              {
                label: `Light${chosen("light")}`,
                icon: <Sun aria-hidden />,
                onSelect: () => setTheme("light"),
              },
              {
                label: `Dark${chosen("dark")}`,
                icon: <Moon aria-hidden />,
                onSelect: () => setTheme("dark"),
              },
            ],
            [{ label: "Sign out", icon: <LogOut aria-hidden />, onSelect: leave }],
          ]}
        />
      </div>
    </div>
  );
}
