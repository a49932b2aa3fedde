/** The address of the table. Without an endpoint it is in the account and region that the Lambda runs in. */
export type TableConfig = {
  readonly tableName: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
};

/** The name of the variable in which a function finds its table; the stack's grant sets the same constant. */
export const tableNameVariable = "TABLE_NAME";

/**
 * The variable with the engine's address. It is set where the engine is not the account's own DynamoDB, as under `sam
 * local`.
 */
export const endpointVariable = "DYNAMODB_ENDPOINT";

/** The table a deployed function works on. Throws when the stack did not name one. */
export function readTableConfig(environment: NodeJS.ProcessEnv = process.env): TableConfig {
  const tableName = environment[tableNameVariable];
  if (tableName === undefined || tableName === "") throw new Error(`${tableNameVariable} is not set`);
  const endpoint = environment[endpointVariable];
  return endpoint ? { tableName, endpoint } : { tableName };
}
