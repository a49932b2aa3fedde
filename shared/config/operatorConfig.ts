/** The settings that the operator commands take from their environment. */
export type OperatorConfig = {
  /**
   * The secret of the credential that the API is called with. It is no argument, because arguments show in the list of
   * processes.
   */
  readonly secret: string | undefined;
};

export function readOperatorConfig(environment: NodeJS.ProcessEnv = process.env): OperatorConfig {
  return { secret: environment["MILESTREAK_SECRET"] || undefined };
}
