import type { Command } from "commander";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";

export function addShow(parent: Command, output: Output): void {
  const command = parent
    .command("show")
    .description("show how far the latest erasure of a customer is")
    .argument("<customerId>", "the customer's id", parseIdOption);
  addAccessOptions(command).action(async (customerId: number, options: AccessOptions) => {
    const api = openApi(await findAccess(command, options));
    const erasure = acceptedData(await answerOf(api.getErasure(customerId)));
    const { mode, requestedAt, status } = erasure;
    report(output, options.json, erasure, [
      `${mode} of customer ${customerId}, asked for at ${requestedAt}: ${status}`,
    ]);
  });
}
