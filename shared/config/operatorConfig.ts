/** What the operator commands honour of their environment. */
export type OperatorConfig = {
  /** Of the credential that the API is called with: an argument would show in the list of processes. */
  readonly secret: string | undefined;
};

export function readOperatorConfig(environment: NodeJS.ProcessEnv = process.env): OperatorConfig {
  return { secret: environment["MILESTREAK_SECRET"] || undefined };
}
