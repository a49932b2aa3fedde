import { formatNumber } from "../numbers.ts";
import type { Answer } from "../session/api.ts";
import type { WireActivityOutcome } from "../wire.ts";

/** Shows the answer. A screen reader reads it as soon as it is there. */
export function AnswerShown({ outcome }: { readonly outcome: Answer | string | undefined }) {
  return (
    <section aria-labelledby="answer">
      <h3 id="answer">Answer</h3>
      <div role="status">{outcome === undefined ? <p class="muted">No answer yet.</p> : <Outcome of={outcome} />}</div>
    </section>
  );
}

function Outcome({ of: outcome }: { readonly of: Answer | string }) {
  if (typeof outcome === "string") return <p class="notice bad">{outcome} Sending again repeats the same call.</p>;
  const { status, errors, warnings, data, text } = outcome;
  return (
    <>
      <p>
        <span class={status < 300 ? "tag good" : "tag bad"}>
          {status < 300 ? "✓" : "✕"} {status}
        </span>{" "}
        {errors.map(({ code }) => (
          <span key={code} class="tag bad">
            {code}
          </span>
        ))}
      </p>
      {errors.length === 0 ? describeData(data).map((line) => <p key={line}>{line}</p>) : null}
      {[...errors.map(({ message }) => message), ...warnings].map((message) => (
        <p key={message} class={errors.length > 0 ? "notice bad" : "notice"}>
          {message}
        </p>
      ))}
      <details>
        <summary>As JSON</summary>
        <pre tabIndex={0} aria-label="The answer as JSON">
          {text}
        </pre>
      </details>
    </>
  );
}

/**
 * The result of a success in words. An activity has effects, while an enrolment and its end answer only the customer.
 */
function describeData(data: unknown): string[] {
  if (!isActivityOutcome(data)) return ["Done."];
  if (data.targets.length === 0) return ["Counted for no target."];
  return data.targets.map(
    ({ targetName, periodRefCode, oldAchievedValue, newAchievedValue, targetValue }) =>
      `${targetName}, ${periodRefCode}: ${formatNumber(oldAchievedValue)} → ${formatNumber(newAchievedValue)} of ${formatNumber(targetValue)}`,
  );
}

function isActivityOutcome(data: unknown): data is WireActivityOutcome {
  return typeof data === "object" && data !== null && "targets" in data;
}
