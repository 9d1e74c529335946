import { Component, type ReactNode } from "react";
import { ProblemBox } from "../parts/Basics.tsx";

/** A page that fails says so in its place; the others go on. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) {
      return this.props.children;
    }
    return (
      <div className="scroll">
        <ProblemBox error={this.state.error} retry={() => location.reload()} />
      </div>
    );
  }
}
