import { useAnnounce } from "../../sangha/ui/Announcer";
import { useToasts } from "../feedback/toasts";
import { inviteLink } from "./inviteLink";

/** Returns how to copy an invitation's link; whether it could be is said. */
export function useCopyLink(): (code: string) => Promise<boolean> {
  const announce = useAnnounce();
  const { tell } = useToasts();
  return async (code) => {
    try {
      await navigator.clipboard.writeText(inviteLink(code));
    } catch {
      tell("The browser doesn’t let this page copy. Select the link, and copy it yourself.");
      return false;
    }
    announce("The link is copied.");
    return true;
  };
}
