import { useState } from "preact/hooks";
import { get } from "../calls.ts";
import { formText } from "../formText.ts";
import { Failure } from "../notice.tsx";
import { Page } from "../page.tsx";
import { explain } from "../reading.ts";
import type { Settings } from "../settings.ts";
import { Api } from "./api.ts";
import { type Connection, remember, resolveBaseUrl } from "./connection.ts";

type Props = { readonly settings: Settings; readonly onSignedIn: (connection: Connection) => void };

/** Signs in by reading with the credential; what it may do beyond that shows when it is tried. */
export function SignIn({ settings, onSignedIn }: Props) {
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const demo = settings.local?.demoCredential;
  const signIn = async (form: FormData) => {
    setBusy(true);
    const outcome = await tryCredential(form);
    setBusy(false);
    setFailure(typeof outcome === "string" ? outcome : undefined);
    if (typeof outcome === "string") return;
    if (form.has("keep")) remember(outcome);
    onSignedIn(outcome);
  };
  return (
    <Page title="Sign in">
      <form
        class="card sign-in"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn(new FormData(event.currentTarget));
        }}
      >
        <label>
          API address, with its stage
          <input name="baseUrl" required value={settings.apiBaseUrl} autocomplete="off" spellcheck={false} />
        </label>
        <label>
          User name
          <input name="username" required value={demo?.username ?? ""} autocomplete="username" spellcheck={false} />
        </label>
        <label>
          Secret
          <input name="secret" type="password" required value={demo?.secret ?? ""} autocomplete="current-password" />
        </label>
        <label class="check">
          <input name="keep" type="checkbox" /> Stay signed in until this tab is closed
        </label>
        <button type="submit" class="primary" disabled={isBusy}>
          Sign in
        </button>
        {failure === undefined ? null : <Failure message={failure} />}
        <p class="muted">
          {demo === undefined
            ? "The secret stays in this tab. Access group default can enrol and record activities; read-only can look."
            : "A demo credential of this machine is filled in."}
        </p>
      </form>
    </Page>
  );
}

/** The connection, or why it is none. */
async function tryCredential(form: FormData): Promise<Connection | string> {
  const baseUrl = resolveBaseUrl(formText(form, "baseUrl"), location.href);
  if (baseUrl === undefined) return "The API address must be an http or https address, or a path on this host.";
  const connection = { baseUrl, username: formText(form, "username"), secret: formText(form, "secret") };
  try {
    await new Api(connection, undefined).read(get("/targetGroups?limit=1"));
    return connection;
  } catch (error) {
    return explain(error);
  }
}
