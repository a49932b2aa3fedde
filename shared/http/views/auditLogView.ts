import { presentChange } from "../../bus/changeView.ts";
import { formatInstant } from "../../domain/instant.ts";
import type { AuditRow } from "../../table/auditLog.ts";

/** A changed field on the wire, with the edit that changed it. */
export function presentAuditRow({ version, changedAt, changedBy, change }: AuditRow) {
  return { version, changedOn: formatInstant(changedAt), changedBy: changedBy ?? null, ...presentChange(change) };
}
