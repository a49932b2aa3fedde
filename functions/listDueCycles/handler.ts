import { readStatisticsEveryHours } from "../../shared/config/statisticsConfig.ts";
import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { listDueCycles } from "./listDueCycles.ts";

export const handler = listDueCycles(deployedTable(), readStatisticsEveryHours());
