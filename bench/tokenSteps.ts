import { randomUUID } from "node:crypto";
import { hashSecret } from "../shared/auth/secret.ts";
import { createCredential } from "../shared/table/credentials.ts";
import { call, during } from "./place.ts";
import type { Step, Workshop } from "./steps.ts";

/** The authorizer, and the routes that check a credential themselves. */
export async function tokenSteps({ table, functions }: Workshop): Promise<Step[]> {
  const [org, username, secret] = ["bench", randomUUID(), randomUUID()];
  await createCredential(table, { username, org, accessGroup: "default", secret: hashSecret(secret) }, during(1));
  const basic = basicAuthorization(username, secret);
  const form = (path: string, fields: Readonly<Record<string, string>>) =>
    call(
      functions,
      { org },
      {
        method: "POST",
        path,
        body: new URLSearchParams(fields).toString(),
        headers: { "Content-Type": "application/x-www-form-urlencoded", Authorization: basic },
        now: during(1),
      },
    );
  const issue = () => form("/oauth/token", { grant_type: "client_credentials" });
  const authorize = (authorizationToken: string) =>
    functions.authorizer({ type: "TOKEN", authorizationToken, methodArn: "arn:aws:execute-api:local:0:local/v3/GET/" });
  let token = "";
  const keepToken = async () => {
    const { access_token }: { access_token: string } = JSON.parse(await issue());
    token = access_token;
  };
  return [
    { name: "authorizer", run: () => authorize(basic) },
    { name: "authorizer, a bearer token", prepare: keepToken, run: () => authorize(`Bearer ${token}`) },
    {
      name: "authorizer, refused",
      run: () => mustFail(authorize(basicAuthorization(randomUUID(), secret))),
    },
    { name: "issueToken", run: issue },
    {
      name: "generateToken",
      run: () =>
        call(
          functions,
          { org },
          {
            method: "POST",
            path: "/oauth/token/generate",
            body: { key: username, secret },
            now: during(1),
          },
        ),
    },
    { name: "revokeToken", run: () => form("/oauth/revoke", { token }) },
  ];
}

function basicAuthorization(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
}

async function mustFail(answer: Promise<unknown>): Promise<void> {
  const isIn = await answer.then(
    () => true,
    () => false,
  );
  if (isIn) throw new Error("A stranger was let in");
}
