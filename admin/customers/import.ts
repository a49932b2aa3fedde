import type { Command } from "commander";
import type { CustomerProfile } from "../../client/client.ts";
import { parseId } from "../../shared/http/requests/parameters.ts";
import { findAccess } from "../access.ts";
import { answerOf, askDataId, openApi } from "../api.ts";
import type { Cells, RowFormat } from "../bulk/csvInput.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import { customerIdRule } from "../enrollments/enrollmentRow.ts";
import type { Output } from "../output.ts";

type Customer = { readonly customerId: number; readonly profile: CustomerProfile };

const customerFormat: RowFormat<Customer> = {
  columns: ["customerId", "firstName", "lastName", "externalId"],
  read: readCustomer,
};

export function addImport(parent: Command, output: Output): void {
  const command = parent
    .command("import")
    .description("register the customers of a CSV file, or change what is stored of them")
    .argument("<file>", "columns customerId, firstName, lastName, externalId; the first is required");
  addBulkOptions(command).action(async (file: string, options: BulkOptions) => {
    const access = await findAccess(command, options);
    const api = openApi(access, options.attempts);
    const job = {
      command: "customers import",
      service: access.baseUrl,
      subject: "customers",
      format: customerFormat,
      // It is enough that the service accepts the credential. Whether it may register customers shows with the first
      // row.
      check: () => askDataId(api),
      send: ({ customerId, profile }: Customer) => answerOf(api.putCustomer(customerId, profile)),
    };
    await runBulk(job, file, options, output);
  });
}

function readCustomer(cells: Cells): { readonly content: Customer } | { readonly fault: string } {
  const { customerId: written = "", ...profile } = Object.fromEntries(cells);
  const customerId = parseId(written);
  return customerId === undefined ? { fault: customerIdRule } : { content: { customerId, profile } };
}
