import { deployedTable } from "../../shared/operations/deployedTable.ts";
import { closeShard } from "./closeShard.ts";

export const handler = closeShard(deployedTable());
