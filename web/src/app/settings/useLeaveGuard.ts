import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";

export interface LeaveGuard {
  /** Whether somebody is about to leave, and is to be asked. */
  asks: boolean;
  stay: () => void;
  leave: () => void;
}

/** Where the way back leads, told apart from a link. */
const BACK = Symbol("back");

/**
 * While something isn't saved, asks before it is lost: on links, on the way back, and when the page
 * is closed (there with the browser's own question).
 *
 * The way back can't be refused once it is taken, so there is a second entry of the same page in the
 * history meanwhile: going back to the first one changes nothing, and asks.
 */
export function useLeaveGuard(unsaved: boolean): LeaveGuard {
  const [target, setTarget] = useState<string | typeof BACK | null>(null);
  const [, navigate] = useLocation();
  const isDoubled = useRef(false);
  const isAsked = target !== null;

  useEffect(() => {
    if (!unsaved) return;
    const here = location.pathname + location.search;
    const double = () => {
      history.pushState(null, "", here);
      isDoubled.current = true;
    };
    if (!isDoubled.current) double();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      const isOwnTab = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
      if (link === null || isOwnTab || link.target === "_blank") return;
      event.preventDefault();
      event.stopPropagation();
      const to = link.pathname + link.search;
      if (to !== here) setTarget(to);
    };
    const onBack = () => {
      double();
      setTarget(BACK);
    };
    const onClose = (event: BeforeUnloadEvent) => event.preventDefault();
    document.addEventListener("click", onClick, true);
    window.addEventListener("popstate", onBack);
    window.addEventListener("beforeunload", onClose);
    return () => {
      document.removeEventListener("click", onClick, true);
      window.removeEventListener("popstate", onBack);
      window.removeEventListener("beforeunload", onClose);
    };
  }, [unsaved]);

  // Nothing is left to ask for: the way back is one step again.
  useEffect(() => {
    if (unsaved || isAsked || !isDoubled.current) return;
    isDoubled.current = false;
    history.back();
  }, [unsaved, isAsked]);

  return {
    asks: isAsked,
    stay: () => setTarget(null),
    leave: () => {
      if (target === BACK) history.go(-2);
      else if (target !== null) navigate(target, { replace: true });
      isDoubled.current = false;
      setTarget(null);
    },
  };
}
