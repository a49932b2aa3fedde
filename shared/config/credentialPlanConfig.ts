/**
 * The variable in which the authorizer finds the usage plan that limits each credential. Without it credentials have no
 * limits of their own.
 */
export const credentialPlanVariable = "CREDENTIAL_PLAN";

/** The usage plan's name, `undefined` when credentials have no limits of their own. */
export function readCredentialPlan(): string | undefined {
  return process.env[credentialPlanVariable];
}
