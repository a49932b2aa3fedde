import { formatNumber, shareOf } from "../numbers.ts";

export type Bar = { readonly name: string; readonly count: number };

type Props = {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** The number of customers of which each bar is a part. */
  readonly whole: number;
};

/** A chart of bars below each other. The numbers stand beside them, so the drawing adds nothing for a screen reader. */
export function Bars({ label, bars, whole }: Props) {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <ol class="bars" aria-label={label}>
      {bars.map(({ name, count }) => (
        <li key={name}>
          <span>{name}</span>
          <span class="bars-track" aria-hidden="true">
            <span class="bars-fill" style={{ width: `${(100 * count) / most}%` }} />
          </span>
          <span class="number">
            <strong>{formatNumber(count)}</strong> <span class="muted">{shareOf(count, whole)}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
