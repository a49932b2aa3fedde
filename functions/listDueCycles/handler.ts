import { deployedTable } from "../../shared/http/deployedTable.ts";
import { listDueCycles } from "./listDueCycles.ts";

export const handler = listDueCycles(deployedTable());
