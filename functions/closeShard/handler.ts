import { deployedContext } from "../../shared/http/context.ts";
import { closeShard } from "./closeShard.ts";

export const handler = closeShard(deployedContext().table);
