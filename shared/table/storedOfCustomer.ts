import type { Enrollment } from "../domain/enrollment.ts";
import type { Forgiveness } from "../domain/forgiving.ts";
import type { LedgerEntry } from "../domain/ledger.ts";
import { parseActivity, type RecordedActivity } from "./activityItem.ts";
import type { Table } from "./client.ts";
import { parseEnrollment } from "./enrollmentItem.ts";
import { parseForgiveness } from "./forgivenessItem.ts";
import { ItemReader, type StoredItem } from "./item.ts";
import {
  activityPrefix,
  customerItemKey,
  customerPartition,
  forgivenessPrefix,
  ledgerPrefix,
  type Org,
  parseEnrollmentSortKey,
  pastPrefix,
} from "./keys.ts";
import { parseLedgerEntry } from "./ledgerItem.ts";
import { isNoteOfReturns } from "./notedReturns.ts";
import { type PastRow, parsePastRow } from "./pastItem.ts";
import { queryPage } from "./store.ts";

/** An item of a customer, beside the profile. */
export type StoredOfCustomer =
  | { readonly kind: "activity"; readonly activity: RecordedActivity }
  | { readonly kind: "enrollment"; readonly enrollment: Enrollment }
  | { readonly kind: "forgiveness"; readonly forgiveness: Forgiveness }
  | { readonly kind: "ledger"; readonly entry: LedgerEntry }
  | { readonly kind: "past"; readonly row: PastRow };

export type StoredPage = {
  readonly items: readonly StoredOfCustomer[];
  /** The sort key to continue after; `undefined` on the last page. */
  readonly resumeAfter: string | undefined;
};

/** One page of what is stored of a customer, without the profile, in the order of the keys. The read is consistent. */
export async function listStored(
  table: Table,
  { org, customerId }: { readonly org: Org; readonly customerId: number },
  after: string | undefined,
  limit: number,
): Promise<StoredPage> {
  const partition = customerPartition(org, customerId);
  const start = after === undefined ? {} : { after: customerItemKey(org, customerId, after) };
  const page = await queryPage(table, { partition, limit, ...start });
  const last = page.resumeAfter === undefined ? undefined : page.items.at(-1);
  return {
    items: page.items.flatMap(parseStored),
    resumeAfter: last === undefined ? undefined : sortKeyOf(last),
  };
}

/** None for the profile and for notes, which say nothing of the customer that the other items do not. */
function parseStored(item: StoredItem): StoredOfCustomer[] {
  const sortKey = sortKeyOf(item);
  if (parseEnrollmentSortKey(sortKey) !== undefined) return [{ kind: "enrollment", enrollment: parseEnrollment(item) }];
  if (sortKey.startsWith(forgivenessPrefix)) return [{ kind: "forgiveness", forgiveness: parseForgiveness(item) }];
  if (sortKey.startsWith(ledgerPrefix)) return [{ kind: "ledger", entry: parseLedgerEntry(item) }];
  if (sortKey.startsWith(pastPrefix())) return [{ kind: "past", row: parsePastRow(item) }];
  const isRecord = sortKey.startsWith(activityPrefix) && !isNoteOfReturns(item);
  return isRecord ? [{ kind: "activity", activity: parseActivity(item) }] : [];
}

function sortKeyOf(item: StoredItem): string {
  return ItemReader.of(item).text("sk");
}
