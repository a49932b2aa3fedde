/** The EventBridge bus that notifications go to. Without an endpoint it is in the Lambda's own account and region. */
export type BusConfig = {
  readonly busName: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

/** The name of the variable in which a function finds its bus; the stack's grant sets the same constant. */
export const busNameVariable = "EVENT_BUS_NAME";

/** The bus of a deployed function. Throws when the stack did not name one. */
export function readBusConfig(environment: NodeJS.ProcessEnv = process.env): BusConfig {
  const busName = environment[busNameVariable];
  if (busName === undefined || busName === "") throw new Error(`${busNameVariable} is not set`);
  return { busName };
}
