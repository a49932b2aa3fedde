import { shownValue } from "../../domain/enrollment.ts";
import { formatInstant } from "../../domain/instant.ts";
import type { LedgerEntry } from "../../domain/ledger.ts";
import type { TargetGroup } from "../../domain/targetGroup.ts";
import { presentAuthorship } from "./authorshipView.ts";
import { wireDecimal } from "./wireDecimal.ts";

/**
 * A row of history on the wire. `value` is the change of the cycle's sum, `achievedValue` the value shown afterwards.
 * The published shape has other names for three of the fields; a row has both. `reason` is there for what support did.
 */
export function presentLedgerEntry(group: TargetGroup, customerId: number, entry: LedgerEntry) {
  const cycle = group.cycles.find(({ number }) => number === entry.cycleNumber);
  const [activityId, value, recordedOn] = [
    entry.activityId ?? null,
    wireDecimal(entry.delta),
    formatInstant(entry.recordedAt),
  ];
  return {
    eventLogId: eventLogId(customerId, entry),
    eventName: entry.kind,
    customerId,
    uniqueId: activityId,
    eventDate: formatInstant(entry.occurredAt),
    eventProcessedDate: recordedOn,
    periodId: cycle?.id ?? null,
    targetGroupId: entry.groupId,
    targetRuleId: entry.targetId,
    targetValue: value,
    activityId,
    periodRefCode: cycle?.refCode ?? null,
    value,
    recordedOn,
    achievedValue: wireDecimal(shownValue(entry.valueAfter)),
    ...presentAuthorship(entry),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    definitionVersion: entry.definitionVersion,
  };
}

/** The id of a row in its org, for ever. An entry's own id is unique within customer and target only. */
function eventLogId(customerId: number, { targetId, entryId }: LedgerEntry): string {
  return `${customerId}-${targetId}-${entryId.replaceAll("#", "-")}`;
}
