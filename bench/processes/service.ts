import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import type { BenchEngine } from "../engine.ts";

/** The address of the service's table. The answer is the URL that the service listens on. */
export type ServiceQuestion = BenchEngine["access"] & { readonly tableName: string };

process.on("message", (question: ServiceQuestion) => {
  void startGateway(localFunctions(openTable(question, patientLimits)), 0).then(({ baseUrl }) =>
    process.send?.(baseUrl),
  );
});
