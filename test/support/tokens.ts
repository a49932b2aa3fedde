import { basicAuthorization } from "./apiClient.ts";
import type { TestCredential } from "./credential.ts";
import { assertDocumented } from "./documentedAnswer.ts";

/** An answer of the OAuth routes, which have no envelope. */
export type OAuthAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
};

/** Posts a form as an OAuth client does. */
export async function postForm(
  url: string,
  form: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OAuthAnswer> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
    body: typeof form === "string" ? form : new URLSearchParams(form).toString(),
  });
  const parsed = { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
  assertDocumented("POST", new URL(url).pathname, parsed);
  return parsed;
}

/** An access token for the credential, from the standard's endpoint. */
export async function newToken(baseUrl: string, { username, secret }: TestCredential): Promise<string> {
  const headers = { Authorization: basicAuthorization(username, secret) };
  const { status, body } = await postForm(`${baseUrl}/oauth/token`, { grant_type: "client_credentials" }, headers);
  if (status !== 200) throw new Error(`No token: ${status} ${JSON.stringify(body)}`);
  return String(body["access_token"]);
}
