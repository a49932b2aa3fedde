/** How the authorizer learns of the usage plan that limits each credential; without it there are no such limits. */
export const credentialPlanVariable = "CREDENTIAL_PLAN";

/** The usage plan's name, `undefined` when credentials have no limits of their own. */
export function readCredentialPlan(): string | undefined {
  return process.env[credentialPlanVariable];
}
