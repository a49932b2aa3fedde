import { readTableConfig } from "../config/tableConfig.ts";
import { countRetry } from "../observability/metrics.ts";
import { engineLimits, openTable, type Table } from "../table/client.ts";

/** The table of a deployed function, from its environment, with its retries counted. */
export function deployedTable(): Table {
  return openTable(readTableConfig(), engineLimits, countRetry);
}
