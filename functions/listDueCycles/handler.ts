import { deployedContext } from "../../shared/http/context.ts";
import { listDueCycles } from "./listDueCycles.ts";

export const handler = listDueCycles(deployedContext().table);
