import { useState } from "preact/hooks";
import { get } from "../calls.ts";
import { formText } from "../forms/formText.ts";
import { Failure } from "../notice.tsx";
import { Page } from "../page.tsx";
import { explain } from "../reading.ts";
import type { Settings } from "../settings.ts";
import { Api, ReadRefused } from "./api.ts";
import { remember, resolveBaseUrl, type SignedIn } from "./connection.ts";
import { askPermissions } from "./permissions.ts";

type Props = { readonly settings: Settings; readonly onSignedIn: (signedIn: SignedIn) => void };

/** Signs in by a read with the credential, and finds out what else the credential may do. */
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
            ? "The secret stays in this tab. Access group default can enrol and record activities, support can also adjust, admin can also change target groups and erase customers, read-only can look."
            : "A demo credential of this machine is filled in."}
        </p>
      </form>
    </Page>
  );
}

/** The connection, or the reason why there is none. */
async function tryCredential(form: FormData): Promise<SignedIn | string> {
  const baseUrl = resolveBaseUrl(formText(form, "baseUrl"), location.href);
  if (baseUrl === undefined) return "The API address must be an http or https address, or a path on this host.";
  const connection = { baseUrl, username: formText(form, "username"), secret: formText(form, "secret") };
  const api = new Api(connection, undefined);
  try {
    await api.read(get("/targetGroups?limit=1"));
    return { ...connection, permissions: await askPermissions(api) };
  } catch (error) {
    return isUnknown(error) ? wrongCredential : explain(error);
  }
}

const unauthenticated = 401;
/** The API does not tell an unknown name from a wrong secret, so neither can the page. */
const wrongCredential =
  "Wrong user name or secret (401). Check both; a credential that was disabled, or whose secret was rotated, is refused too.";

function isUnknown(error: unknown): boolean {
  return error instanceof ReadRefused && error.status === unauthenticated;
}
