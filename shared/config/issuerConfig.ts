/** An external issuer of JWTs, as the operator named it at deployment. Nothing of it is taken from a token. */
export type IssuerConfig = {
  readonly issuer: string;
  readonly audience: string;
  /** Which claim holds the caller's org, and which one the access group. */
  readonly orgClaim: string;
  readonly groupClaim: string;
  /** Whether a token may leave out what it is for, the `typ` of its header. */
  readonly takesUntypedTokens: boolean;
};

/** The names of the variables in which the authorizer finds its issuer; the stack sets the same constants. */
export const issuerVariables = {
  issuer: "OIDC_ISSUER",
  audience: "OIDC_AUDIENCE",
  orgClaim: "OIDC_ORG_CLAIM",
  groupClaim: "OIDC_GROUP_CLAIM",
  takesUntypedTokens: "OIDC_UNTYPED_TOKENS",
} as const satisfies Record<keyof IssuerConfig, string>;

/**
 * The issuer; `undefined` when none is named. Throws when only a part of the settings is there, because a token could
 * not be checked fully.
 */
export function readIssuerConfig(environment: NodeJS.ProcessEnv = process.env): IssuerConfig | undefined {
  const isNamed = Object.values(issuerVariables).some((name) => environment[name]);
  if (!isNamed) return undefined;
  const read = (name: string) => {
    const value = environment[name];
    if (value === undefined || value === "") throw new Error(`${name} is not set`);
    return value;
  };
  return {
    issuer: read(issuerVariables.issuer),
    audience: read(issuerVariables.audience),
    orgClaim: read(issuerVariables.orgClaim),
    groupClaim: read(issuerVariables.groupClaim),
    takesUntypedTokens: read(issuerVariables.takesUntypedTokens) === "true",
  };
}
