import { type Command, Option } from "commander";
import { type ErasureMode, erasureModes } from "../../shared/domain/erasing.ts";
import { type AccessOptions, addAccessOptions, findAccess } from "../access.ts";
import { acceptedData } from "../answer.ts";
import { answerOf, openApi } from "../api.ts";
import { parseIdOption } from "../enrollments/target.ts";
import { type Output, report } from "../output.ts";
import { Refused } from "../refused.ts";
import { confirmErasing } from "./confirmErasing.ts";

type Options = AccessOptions & { readonly mode: ErasureMode; readonly yes?: true };

/** The local service has no queue. */
const leftInQueue = "Dead letters of the queue are not reached by it. Delete the customer's with: dead-letters erase";

export function addErase(parent: Command, output: Output): void {
  const command = parent
    .command("erase")
    .description("erase or anonymise a customer, for ever; asks twice")
    .argument("<customerId>", "the customer's id", parseIdOption)
    .addOption(new Option("--mode <mode>", "what to do").choices(erasureModes).makeOptionMandatory())
    .option("--yes", "do not ask");
  addAccessOptions(command).action(async (customerId: number, options: Options) => {
    const { mode } = options;
    const api = openApi(await findAccess(command, options));
    if (options.yes === undefined) await confirm(customerId, mode);
    const erasure = acceptedData(await answerOf(api.eraseCustomer(customerId, mode)));
    report(output, options.json, erasure, [
      `${mode} of customer ${customerId} was asked for. See how far it is with: erasures show ${erasure.requestId}`,
      ...(mode === "ERASE" && options.local === undefined ? [leftInQueue] : []),
    ]);
  });
}

async function confirm(customerId: number, mode: ErasureMode): Promise<void> {
  if (!process.stdin.isTTY) throw new Refused("Nobody can be asked here. Add --yes if you are sure.", 2);
  await confirmErasing(customerId, mode, process.stdin, process.stderr);
}
