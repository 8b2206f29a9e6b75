import type { ComponentProps, MouseEvent, ReactNode } from "react";
import styles from "./Button.module.css";
import { Tip } from "./Tip";

export interface ButtonProps
  extends Omit<ComponentProps<"button">, "className" | "style" | "type"> {
  look?: "primary" | "plain" | "quiet" | "danger" | "positive";
  size?: "small" | "normal";
  type?: "button" | "submit";
  /** Waits for what it started: stays focusable, does nothing, says so. */
  busy?: boolean | undefined;
  /** Why it can't be used now: shown on hover and focus, and said with its name. */
  why?: string | undefined;
}

/** What makes a button one that can be focused, read and asked why, but not used. */
function blocked({ busy, why, disabled, onClick, type }: ButtonProps) {
  if (busy !== true && why === undefined && disabled !== true) return { onClick };
  return {
    "aria-disabled": true,
    "aria-busy": busy || undefined,
    onClick: (event: MouseEvent) => type === "submit" && event.preventDefault(),
  };
}

/** A button with words. With `why` it stays focusable, does nothing and tells the reason. */
export function Button(props: ButtonProps) {
  const { look = "plain", size = "normal", busy: _, why, disabled: __, type, ...rest } = props;
  const button = (
    <button
      {...rest}
      {...blocked(props)}
      type={type ?? "button"}
      className={styles.button}
      data-look={look}
      data-size={size}
      aria-description={why}
    />
  );
  return why === undefined ? button : <Tip text={why}>{button}</Tip>;
}

export interface IconButtonProps extends ButtonProps {
  /** Its accessible name, and its tooltip. */
  label: string;
  children: ReactNode;
  pressed?: boolean;
}

/** A button with an icon alone: its name is its tooltip. */
export function IconButton({ label, pressed, ...props }: IconButtonProps) {
  const { look = "quiet", size = "normal", busy: _, why, disabled: __, type, ...rest } = props;
  return (
    <Tip text={why === undefined ? label : `${label}: ${why}`}>
      <button
        {...rest}
        {...blocked(props)}
        type={type ?? "button"}
        className={styles.icon}
        data-look={look}
        data-size={size}
        aria-label={label}
        aria-pressed={pressed}
        aria-description={why}
      />
    </Tip>
  );
}
