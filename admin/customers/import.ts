import type { Command } from "commander";
import type { CustomerProfile, CustomerRegistration, MilestreakClient } from "../../client/client.ts";
import { parseId } from "../../shared/http/requests/parameters.ts";
import { findAccess } from "../access.ts";
import { answerOf, askDataId, openApi } from "../api.ts";
import type { Cells, RowFormat } from "../bulk/csvInput.ts";
import { addBulkOptions, type BulkOptions } from "../bulk/options.ts";
import { runBulk } from "../bulk/runBulk.ts";
import { customerIdRule } from "../enrollments/enrollmentRow.ts";
import type { Output } from "../output.ts";

/** Without an id of the service, the customer has an external id. */
type Customer =
  | { readonly customerId: number; readonly profile: CustomerProfile }
  | { readonly registration: CustomerRegistration };

const customerFormat: RowFormat<Customer> = {
  columns: ["customerId", "firstName", "lastName", "externalId"],
  idColumns: ["customerId", "externalId"],
  read: readCustomer,
};

export function addImport(parent: Command, output: Output): void {
  const command = parent
    .command("import")
    .description("register the customers of a CSV file, or change what is stored of them")
    .argument(
      "<file>",
      "columns customerId, firstName, lastName, externalId; an id is required, and without customerId one is drawn",
    );
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
      send: (customer: Customer) => answerOf(store(api, customer)),
    };
    await runBulk(job, file, options, output);
  });
}

function store(api: MilestreakClient, customer: Customer) {
  if ("registration" in customer) return api.registerCustomer(customer.registration);
  return api.putCustomer(customer.customerId, customer.profile);
}

function readCustomer(cells: Cells): { readonly content: Customer } | { readonly fault: string } {
  const { customerId: written, ...profile } = Object.fromEntries(cells);
  const { externalId } = profile;
  if (written === undefined && externalId !== undefined)
    return { content: { registration: { ...profile, externalId } } };
  const customerId = parseId(written ?? "");
  return customerId === undefined ? { fault: customerIdRule } : { content: { customerId, profile } };
}
