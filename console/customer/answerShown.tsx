import type { Answer } from "../session/api.ts";

/** What came back; told by a screen reader as soon as it is there. */
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
      {[...errors.map(({ message }) => message), ...warnings].map((message) => (
        <p key={message} class={errors.length > 0 ? "notice bad" : "notice"}>
          {message}
        </p>
      ))}
      <pre tabIndex={0} aria-labelledby="answer">
        {text}
      </pre>
    </>
  );
}
