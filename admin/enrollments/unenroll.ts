import type { Command } from "commander";
import type { CustomerName } from "../../client/client.ts";
import { findAccess } from "../access.ts";
import { answerOf, askDataId, openApi } from "../api.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import type { Output } from "../output.ts";
import { unenrollFormat } from "./enrollmentRow.ts";
import { addTargetOptions, describeTarget, requireTarget, type TargetOptions, targetRef } from "./target.ts";

type Options = BulkOptions & TargetOptions;

export function addUnenroll(parent: Command, output: Output): void {
  const command = parent
    .command("unenroll")
    .alias("unenrol")
    .description("un-enrol the customers of a CSV file from a target")
    .argument("<file>", "column customerId or externalId; the other columns of enroll may be there and are not used");
  addBulkOptions(addTargetOptions(command)).action(async (file: string, options: Options) => {
    const access = await findAccess(command, options);
    const api = openApi(access, options.attempts);
    const job = {
      command: "unenroll",
      service: access.baseUrl,
      subject: describeTarget(options),
      format: unenrollFormat,
      check: async () => {
        await requireTarget(api, options);
        return askDataId(api);
      },
      // This route takes no idempotency key, so the client does not repeat the call. A repeat may find the customer
      // un-enrolled.
      doneBeforeCode: 310126,
      send: (customer: CustomerName) => answerOf(api.unenroll(targetRef(options), customer)),
    };
    await runBulk(job, file, options, output);
  });
}
