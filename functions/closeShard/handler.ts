import { deployedTable } from "../../shared/http/deployedTable.ts";
import { closeShard } from "./closeShard.ts";

export const handler = closeShard(deployedTable());
