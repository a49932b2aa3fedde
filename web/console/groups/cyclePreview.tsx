import type { Cycle } from "../model.ts";
import { counted } from "../numbers.ts";
import { areInOrder } from "./cycleDraft.ts";
import { CycleTable } from "./cycleTable.tsx";
import { Timeline } from "./timeline.tsx";

type Props = {
  readonly name: string;
  readonly zone: string;
  /** The cycles, or `undefined` while the fields do not say which ones. */
  readonly cycles: readonly Cycle[] | undefined;
};

/** Draws the cycles that the form asks for, before anything is sent. */
export function CyclePreview({ name, zone, cycles }: Props) {
  return (
    <section class="preview" aria-label="Preview of the cycles">
      {cycles === undefined || !areInOrder(cycles) ? (
        <p class="muted">
          The cycles are drawn here once the fields say which ones. Each has to end after it starts, and after the one
          before it.
        </p>
      ) : (
        <>
          <Timeline group={{ name, zone, cycles }} />
          <details>
            <summary>All {counted(cycles.length, "cycle")}</summary>
            <CycleTable group={{ name, zone, cycles }} />
          </details>
        </>
      )}
    </section>
  );
}
