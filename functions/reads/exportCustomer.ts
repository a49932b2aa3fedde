import { formatInstant } from "../../shared/domain/instant.ts";
import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentCustomer } from "../../shared/http/views/customerView.ts";
import { presentStored } from "../../shared/http/views/exportView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { whyUnknown } from "../../shared/operations/customer.ts";
import { findProfile, isErased, type StoredProfile } from "../../shared/table/customers.ts";
import { listStored } from "../../shared/table/storedOfCustomer.ts";

/** One read of the engine answers at most 1 MB, so a page fits into an answer. */
const rowsPerPage = 100;

/**
 * `GET /customers/{customerId}/export`: everything that is stored of a customer, page by page (docs/privacy.md). The first
 * page begins with the profile. With `Accept: application/x-ndjson` each row is a line. Refuses with 300004, 310011.
 */
export function exportCustomer({ table }: ServiceContext): Operation<typeof routes.exportCustomer> {
  return async ({ org, headers, parameters }) => {
    const { path, query } = required(parameters);
    const ref = { org, customerId: path.customerId };
    const after = query.cursor === undefined ? undefined : readCursor(query.cursor, ref.customerId);
    const profile = await findProfile(table, org, ref.customerId);
    if (profile === undefined || isErased(profile))
      throw businessRefusal(whyUnknown(profile === undefined ? "unknown" : "erased", ref.customerId));
    const { items, resumeAfter } = await listStored(table, ref, after, rowsPerPage);
    const first = after === undefined ? [presentProfile(profile)] : [];
    const rows = [...first, ...items.map(presentStored)];
    const nextCursor = resumeAfter === undefined ? null : buildCursor(ref.customerId, resumeAfter);
    const isOfLines = namesLines(headers["accept"] ?? "");
    return {
      data: { rows, nextCursor },
      ...(isOfLines ? { headers: ndjson, text: linesOf([...rows, { type: "page", nextCursor }]) } : {}),
    };
  };
}

function presentProfile({ customer, anonymisedAt }: StoredProfile) {
  const anonymisedOn = anonymisedAt === undefined ? null : formatInstant(anonymisedAt);
  return { type: "profile", ...presentCustomer(customer), anonymisedOn };
}

const ndjson = { "Content-Type": "application/x-ndjson" };

/** Whether the `Accept` header names the type, alone or among others. */
function namesLines(accept: string): boolean {
  const types = accept.split(",").map((range) => range.split(";")[0]?.trim().toLowerCase());
  return types.includes(ndjson["Content-Type"]);
}

function linesOf(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

/** The place in the customer's items. It is good for that customer only. */
function buildCursor(customerId: number, sortKey: string): string {
  return Buffer.from(`${customerId} ${sortKey}`, "utf8").toString("base64url");
}

function readCursor(cursor: string, customerId: number): string {
  const [, of, sortKey] = /^(\d+) (.+)$/.exec(Buffer.from(cursor, "base64url").toString("utf8")) ?? [];
  if (sortKey !== undefined && of === String(customerId) && cursor === buildCursor(customerId, sortKey)) return sortKey;
  throw invalidInput(["cursor in the query must be the nextCursor of a page of this customer's export."]);
}
