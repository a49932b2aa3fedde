import { useId } from "preact/hooks";
import type { Answer } from "../session/api.ts";

type Props = {
  readonly outcome: Answer | string | undefined;
  /** What to do when there was no answer. */
  readonly unanswered: string;
  /** The result of a success in words. */
  readonly describe: (answer: Answer) => readonly string[];
  /** The heading. Of two forms on a page each needs one of its own, so that a screen reader tells them apart. */
  readonly heading?: string;
};

/** Shows the answer. A screen reader reads it as soon as it is there. */
export function AnswerShown(props: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{props.heading ?? "Answer"}</h3>
      <div role="status">
        <Outcome {...props} />
      </div>
    </section>
  );
}

function Outcome({ outcome, unanswered, describe }: Props) {
  if (outcome === undefined) return <p class="muted">No answer yet.</p>;
  if (typeof outcome === "string")
    return (
      <p class="notice bad">
        {outcome} {unanswered}
      </p>
    );
  const { status, errors, warnings, text } = outcome;
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
      {errors.length === 0 ? describe(outcome).map((line) => <p key={line}>{line}</p>) : null}
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
