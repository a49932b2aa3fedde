import type { Command } from "commander";
import { findAccess } from "../access.ts";
import { openApi } from "../api.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import type { Output } from "../output.ts";
import { unenrollFormat } from "./enrollmentRow.ts";
import { addTargetOptions, describeTarget, requireTarget, type TargetOptions, targetPath } from "./target.ts";

type Options = BulkOptions & TargetOptions;

export function addUnenroll(parent: Command, output: Output): void {
  const command = parent
    .command("unenroll")
    .alias("unenrol")
    .description("un-enrol the customers of a CSV file from a target")
    .argument("<file>", "column customerId; the other columns of enroll may be there and are not used");
  addBulkOptions(addTargetOptions(command)).action(async (file: string, options: Options) => {
    const api = openApi(await findAccess(command, options));
    const path = `${targetPath(options)}/unEnroll`;
    const job = {
      command: "unenroll",
      service: api.baseUrl,
      subject: describeTarget(options),
      format: unenrollFormat,
      check: () => requireTarget(api, options),
      // The API takes no key here: a repeat finds the customer gone and is refused with this.
      doneBeforeCode: 310126,
      send: (record: unknown) => api.send({ method: "POST", path, body: [record] }),
    };
    await runBulk(job, file, options, output);
  });
}
