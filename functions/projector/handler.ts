import { openEventBridge } from "../../shared/bus/eventBridge.ts";
import { readBusConfig } from "../../shared/config/busConfig.ts";
import { deployedContext } from "../../shared/operations/context.ts";
import { projector } from "./projector.ts";

export const handler = projector({ ...deployedContext(), bus: openEventBridge(readBusConfig()) });
