import { shownValue } from "../../domain/enrollment.ts";
import { formatInstant } from "../../domain/instant.ts";
import type { LedgerEntry } from "../../domain/ledger.ts";
import type { TargetGroup } from "../../domain/targetGroup.ts";
import { presentAuthorship } from "./authorshipView.ts";
import { wireDecimal } from "./wireDecimal.ts";

/**
 * A row of history on the wire. `value` is the change of the cycle's sum, `achievedValue` the value shown afterwards.
 */
export function presentLedgerEntry(group: TargetGroup, entry: LedgerEntry) {
  const cycle = group.cycles.find(({ number }) => number === entry.cycleNumber);
  return {
    eventName: entry.kind,
    activityId: entry.activityId ?? null,
    periodId: cycle?.id ?? null,
    periodRefCode: cycle?.refCode ?? null,
    value: wireDecimal(entry.delta),
    achievedValue: wireDecimal(shownValue(entry.valueAfter)),
    eventDate: formatInstant(entry.occurredAt),
    recordedOn: formatInstant(entry.recordedAt),
    ...presentAuthorship(entry),
    definitionVersion: entry.definitionVersion,
  };
}
