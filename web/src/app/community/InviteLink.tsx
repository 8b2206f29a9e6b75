import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../sangha/ui/Button";
import styles from "./InviteDialog.module.css";
import { inviteLink } from "./inviteLink";
import { useCopyLink } from "./useCopyLink";

const SAID_MS = 2500;

interface InviteLinkProps {
  /** An invitation's, or the id of a public community. */
  code: string;
  label: string;
}

/** An invitation's link, to be copied. */
export function InviteLink({ code, label }: InviteLinkProps) {
  const field = useRef<HTMLInputElement>(null);
  const copyLink = useCopyLink();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const over = setTimeout(setCopied, SAID_MS, false);
    return () => clearTimeout(over);
  }, [copied]);
  const copy = async () => {
    field.current?.select();
    if (await copyLink(code)) setCopied(true);
  };
  return (
    <div className={styles.link}>
      <input
        ref={field}
        className={styles.url}
        readOnly
        value={inviteLink(code)}
        aria-label={label}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button look="primary" onClick={() => void copy()}>
        {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
        {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
