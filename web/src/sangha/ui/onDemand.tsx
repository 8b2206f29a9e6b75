import {
  Component,
  type ComponentType,
  type ContextType,
  createContext,
  lazy,
  Suspense,
} from "react";

/** What is told when something that is loaded on demand could not be. */
export const LostContext = createContext<() => void>(() => {});

/**
 * Something small that is loaded when it is first shown. If that fails, it is left out and closed
 * (`onClose`), and the page around it goes on; shown again, it is loaded again.
 */
export function onDemand<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
): ComponentType<P> {
  let Part = lazy(load);
  return class OnDemand extends Component<P, { lost: boolean }> {
    static override contextType = LostContext;
    declare context: ContextType<typeof LostContext>;
    override state = { lost: false };

    static getDerivedStateFromError() {
      return { lost: true };
    }

    override componentDidCatch() {
      Part = lazy(load); // it would remember the failure
      this.context();
      (this.props as { onClose?: () => void }).onClose?.();
    }

    override render() {
      if (this.state.lost) return null;
      return (
        <Suspense>
          <Part {...this.props} />
        </Suspense>
      );
    }
  };
}
