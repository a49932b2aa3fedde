import type { Cycle, Group } from "../model.ts";
import { counted, formatNumber } from "../numbers.ts";
import type { WireTarget } from "../wire.ts";

/** The cycles whose value can change: an ended one has been judged for good. */
export function openCycles({ cycles }: Group): readonly Cycle[] {
  return cycles.filter(({ status }) => status !== "ENDED");
}

/** The value of the target in the cycle. The API lists one for all cycles, or one for each. */
export function valueIn({ cycles }: Group, { defaultValues }: WireTarget, cycle: Cycle): number {
  const place = defaultValues.length === 1 ? 0 : cycles.indexOf(cycle);
  return defaultValues[place]?.defaultValue ?? Number.NaN;
}

type Changed = { readonly cycle: Cycle; readonly value: number };

/** Says what a new value will do to whom. The value is `undefined` while none is typed. */
export function describeNewValue(changed: readonly Changed[], value: number | undefined): string {
  if (changed.length === 0) return "All cycles have ended, so no value can be changed.";
  if (value === undefined) return "A new value is for the running and for coming cycles. Ended cycles keep theirs.";
  const running = changed.find(({ cycle }) => cycle.status === "RUNNING");
  const coming = changed.filter(({ cycle }) => cycle.status === "NOT_STARTED");
  return [
    ...(running === undefined ? [] : [describeRunning(running, value)]),
    ...(coming.length === 0 ? [] : [describeComing(coming, value)]),
  ].join(" ");
}

function describeRunning({ cycle: { refCode }, value: old }: Changed, value: number): string {
  if (value === old) return `${refCode} is running and keeps its value of ${formatNumber(old)}.`;
  const [lower, higher] = [Math.min(old, value), Math.max(old, value)].map(formatNumber);
  const marked =
    value < old
      ? "count as having reached it, with the levels that this gives their runs"
      : "no longer count as having reached it";
  return `${refCode} is running and is judged again, beginning a minute after the change: members who have at least ${lower} and less than ${higher} in it ${marked}, and other systems are told so for each of them. What was announced and the levels that were reached stay.`;
}

function describeComing(coming: readonly Changed[], value: number): string {
  const [first] = coming;
  const which = coming.length === 1 ? `${first?.cycle.refCode} has` : `${counted(coming.length, "cycle")} have`;
  return `${which} not started: all members will be judged by ${formatNumber(value)} there.`;
}
