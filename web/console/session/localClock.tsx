import { fromInputValue, toInputValue } from "../time.ts";

type Props = { readonly now: number | undefined; readonly onChange: (now: number | undefined) => void };

/** Chooses the time of requests, which the local service honours. Months can be walked through in seconds. */
export function LocalClock({ now, onChange }: Props) {
  return (
    <form class="local-clock" onSubmit={(event) => event.preventDefault()}>
      <label>
        <span class="local-clock-name">Requests are made at (UTC)</span>
        <input
          type="datetime-local"
          value={now === undefined ? "" : toInputValue(now)}
          onChange={(event) => onChange(fromInputValue(event.currentTarget.value))}
        />
      </label>
      {now === undefined ? (
        <span class="muted">the clock’s time</span>
      ) : (
        <button type="button" onClick={() => onChange(undefined)}>
          Back to the clock
        </button>
      )}
    </form>
  );
}
