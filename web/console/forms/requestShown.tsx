import { useState } from "preact/hooks";
import { asCurl, type Call } from "../calls.ts";
import { useSession } from "../session/session.ts";

type Props = {
  readonly call: Call;
  /** The name of the section for a screen reader. Of two forms on a page each needs one of its own. */
  readonly label?: string;
};

/** Shows a request as it goes over the wire, without the secret. */
export function RequestShown({ call, label = "Request" }: Props) {
  const { baseUrl, username } = useSession().api.connection;
  const headers = Object.entries({ Authorization: `Basic (${username} and the secret)`, ...call.headers });
  const curl = asCurl(call, baseUrl, username);
  return (
    <section aria-label={label}>
      <details>
        <summary>The request as it is sent</summary>
        <pre tabIndex={0} aria-label="The request">
          <strong>
            {call.method} {new URL(baseUrl).pathname}
            {call.path}
          </strong>
          {"\n"}
          <span class="muted">{headers.map(([name, value]) => `${name}: ${value}\n`)}</span>
          {"\n"}
          {JSON.stringify(call.body, undefined, 2)}
        </pre>
      </details>
      <details>
        <summary>As a command</summary>
        <pre tabIndex={0} aria-label="The request as a curl command">
          {curl}
        </pre>
        <CopyButton text={curl} />
      </details>
    </section>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState("");
  // Browsers offer the clipboard only on https and on this machine.
  if (!isSecureContext) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(text);
  };
  return (
    <p>
      <button type="button" onClick={() => void copy()}>
        Copy
      </button>{" "}
      <span role="status">{copied === text ? "Copied; curl asks for the secret." : ""}</span>
    </p>
  );
}
