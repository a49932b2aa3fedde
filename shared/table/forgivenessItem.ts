import type { Forgiveness, GrantContent } from "../domain/forgiving.ts";
import { formatInstant } from "../domain/instant.ts";
import type { CycleRecord } from "../domain/past.ts";
import { buildLevel, parseLevel } from "./activityItem.ts";
import { buildAuthorship, parseAuthorship, reasonAttribute, versionAttribute } from "./authorshipItem.ts";
import { type Item, ItemReader, MalformedItem, type StoredItem } from "./item.ts";
import { excuseKey, grantKey, grantPrefix, type Org, parseCustomerPartition } from "./keys.ts";
import { packCycles, unpackCycles } from "./packedCycles.ts";

const kinds = ["EXCUSE", "UNEXCUSE", "FREEZES"] as const satisfies readonly Forgiveness["kind"][];

export function buildForgivenessItem(org: Org, forgiveness: Forgiveness): Item {
  const { customerId, grant, cycles, levelsReached } = forgiveness;
  return {
    ...(grant === undefined ? excuseKey(org, forgiveness) : grantKey(org, customerId, grant.grantId)),
    kind: forgiveness.kind,
    groupId: forgiveness.groupId,
    targetId: forgiveness.targetId,
    [reasonAttribute]: forgiveness.reason,
    cycles: cycles.size === 0 ? undefined : packSums(cycles),
    amount: grant?.amount,
    contentDigest: grant?.contentDigest,
    recordedAt: formatInstant(forgiveness.recordedAt),
    revision: forgiveness.revision,
    ...buildAuthorship(forgiveness),
    [versionAttribute]: forgiveness.definitionVersion,
    streakValue: forgiveness.streakValue,
    freezesTotal: forgiveness.freezesTotal,
    freezesLeft: forgiveness.freezesLeft,
    isRestored: forgiveness.isRestored ? true : undefined,
    levels: levelsReached.length === 0 ? undefined : levelsReached.map(buildLevel),
  };
}

function packSums(cycles: Forgiveness["cycles"]): Uint8Array {
  return packCycles([...cycles].map(([cycleNumber, achieved]) => ({ ...nothingElse, cycleNumber, achieved })));
}

const nothingElse: Omit<CycleRecord, "cycleNumber" | "achieved"> = {
  reachedAt: undefined,
  closedAt: undefined,
  isAnnounced: false,
  valueSetBy: undefined,
  triggerReachedAt: undefined,
};

/** The only reader of records of excuses and grants. */
export function parseForgiveness(item: StoredItem): Forgiveness {
  const reader = ItemReader.of(item);
  const customer = parseCustomerPartition(reader.text("pk"));
  if (customer === undefined) throw new MalformedItem("The key is not that of an excuse or a grant");
  const sums = unpackCycles(reader.optionalBytes("cycles") ?? new Uint8Array());
  return {
    customerId: customer.customerId,
    groupId: reader.integer("groupId"),
    targetId: reader.integer("targetId"),
    kind: reader.oneOf("kind", kinds),
    reason: reader.text(reasonAttribute),
    cycles: new Map(sums.map(({ cycleNumber, achieved }) => [cycleNumber, achieved ?? 0n])),
    grant: parseGrant(reader),
    recordedAt: reader.instant("recordedAt"),
    revision: reader.integer("revision"),
    ...parseAuthorship(reader),
    definitionVersion: reader.integer(versionAttribute),
    streakValue: reader.integer("streakValue"),
    freezesTotal: reader.integer("freezesTotal"),
    freezesLeft: reader.integer("freezesLeft"),
    isRestored: reader.has("isRestored"),
    levelsReached: reader.has("levels") ? reader.maps("levels").map(parseLevel) : [],
  };
}

function parseGrant(reader: ItemReader): GrantContent | undefined {
  const sortKey = reader.text("sk");
  if (!sortKey.startsWith(grantPrefix)) return undefined;
  return {
    grantId: sortKey.slice(grantPrefix.length),
    amount: reader.integer("amount"),
    contentDigest: reader.text("contentDigest"),
  };
}
