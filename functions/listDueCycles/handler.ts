import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { listDueCycles } from "./listDueCycles.ts";

export const handler = listDueCycles(deployedTable());
