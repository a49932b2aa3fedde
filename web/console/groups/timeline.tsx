import { type Cycle, type Group, statusNames } from "../model.ts";
import { useSession } from "../session/session.ts";
import { formatEnd, formatSpan, formatWallTime, type Span, wallTimeOf } from "../time.ts";

/** With more cycles than this a segment has no room for a name. */
const namedCycles = 8;

/** With more cycles than this a segment has no room for a border. */
const borderedCycles = 60;

/** A group, or one that is being defined, with its cycles. */
export type WithCycles = Pick<Group, "name" | "zone" | "cycles">;

/** Draws a group's cycles to scale and marks now. */
export function Timeline({ group }: { readonly group: WithCycles }) {
  const { api } = useSession();
  const [first, last] = [group.cycles.at(0), group.cycles.at(-1)];
  if (first === undefined || last === undefined) return null;
  const whole = { start: first.span.start, end: last.span.end };
  const now = wallTimeOf(api.now(), group.zone);
  const count = group.cycles.length;
  const isNamed = count <= namedCycles;
  const hasNow = whole.start <= now && now < whole.end;
  return (
    <div class="timeline">
      <p class="timeline-now">{describeNow(group, now)}</p>
      <div class={`track${isNamed ? " named" : ""}${count > borderedCycles ? " dense" : ""}`}>
        <ol aria-label={`Cycles of ${group.name}`}>
          {group.cycles.map((cycle) => (
            <Segment key={cycle.id} cycle={cycle} whole={whole} isNamed={isNamed} />
          ))}
        </ol>
        {hasNow ? <NowMark at={percent(now, whole)} /> : null}
      </div>
      <p class="timeline-ends muted" aria-hidden="true">
        <span>{formatWallTime(whole.start)}</span>
        <span>{formatEnd(whole.end)}</span>
      </p>
    </div>
  );
}

/** Marks now. The words above say the same to people who do not see the mark. */
function NowMark({ at }: { readonly at: string }) {
  return (
    <div class="now" style={{ "--at": at }} aria-hidden="true">
      <span class="now-line" />
      <span class="now-label">now</span>
    </div>
  );
}

type SegmentProps = { readonly cycle: Cycle; readonly whole: Span; readonly isNamed: boolean };

function Segment({ cycle: { refCode, span, status }, whole, isNamed }: SegmentProps) {
  const left = percent(span.start, whole);
  const width = `${(100 * (span.end - span.start)) / (whole.end - whole.start)}%`;
  return (
    <li class={`segment ${status}`} style={{ left, width }} title={`${refCode}: ${formatSpan(span)}`}>
      <span class="segment-bar" />
      <span class={isNamed ? "segment-name" : "hidden"}>{refCode}</span>
      <span class="hidden">
        , {formatSpan(span)}, {statusNames[status]}
        {status === "RUNNING" ? ", now" : ""}
      </span>
    </li>
  );
}

function percent(time: number, { start, end }: Span): string {
  return `${(100 * (time - start)) / (end - start)}%`;
}

/** Says in words where in its cycles the group stands. */
function describeNow({ cycles }: WithCycles, now: number): string {
  const running = cycles.findIndex(({ status }) => status === "RUNNING");
  const current = cycles[running];
  if (current !== undefined) {
    return `Now: ${current.refCode}, cycle ${running + 1} of ${cycles.length}, ${formatSpan(current.span)}`;
  }
  const next = cycles.find(({ status }) => status === "NOT_STARTED");
  if (next === undefined) return `All ${cycles.length} cycles have ended.`;
  const days = Math.ceil((next.span.start - now) / (24 * 60 * 60 * 1000));
  return `Next: ${next.refCode}, ${formatSpan(next.span)}, in ${days === 1 ? "a day" : `${days} days`}`;
}
