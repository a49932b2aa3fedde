import { localFunctions } from "../../local/functions.ts";
import { startGateway } from "../../local/gateway.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import type { ServiceQuestion } from "./service.ts";

/** First the address of its table, answered by the URL. Then, as often as wanted, the CPU time in µs it has used so far. */
export type MeasuredServiceQuestion = ServiceQuestion | { readonly asks: "cpu" };

process.on("message", (question: MeasuredServiceQuestion) => {
  if ("asks" in question) {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
    return;
  }
  void startGateway(localFunctions(openTable(question, patientLimits)), 0).then(({ baseUrl }) =>
    process.send?.(baseUrl),
  );
});
