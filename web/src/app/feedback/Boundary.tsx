import { Component, type ReactNode } from "react";
import { Broken } from "./Broken";

interface BoundaryProps {
  /** What is told of it, in words for people. */
  what: string;
  children: ReactNode;
}

/**
 * Keeps the rest of the page when a part of it fails: a file of an older version that is no longer
 * there, or a mistake of ours.
 */
export class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Broken title={this.props.what} onRetry={() => location.reload()}>
        There may be a newer version of this page. Loading it again usually helps.
      </Broken>
    );
  }
}
