import { createHash } from "node:crypto";

/** A brand. It has the form of {@link orgPattern}, and comes from the caller's credential, never from a body. */
export type Org = string;

/** Neither pattern allows `#` or `:`. So no key can be forged with them, and a Basic pair splits in one way only. */
export const orgPattern = /^[A-Za-z0-9_-]{1,64}$/;
export const usernamePattern = /^[A-Za-z0-9._-]{1,64}$/;

export type Key = { readonly pk: string; readonly sk: string };

/**
 * How the sort keys of all enrolments begin. They are short for the same reason as the names of the attributes: see
 * enrollmentItem.ts. One query reads those below first and then those set aside.
 */
export const anyEnrollmentPrefix = "E";
export const enrollmentPrefix = `${anyEnrollmentPrefix}A#`;
/** Enrolments that were set aside. It must not begin like the prefix above, because activities read by that. */
export const setAsidePrefix = `${anyEnrollmentPrefix}O#`;
export const activityPrefix = "ACTIVITY#";
export const forgivenessPrefix = "FORGIVEN#";
export const grantPrefix = `${forgivenessPrefix}GRANT#`;
export const ledgerPrefix = "LEDGER#";
export const namePrefix = "NAME#";
export const auditPrefix = "VERSION#";
export const startedPrefix = "STARTED#";
export const targetPrefix = "TARGET#";
export const closedCyclesSortKey = "CLOSED";
export const credentialEntryPrefix = "CREDENTIAL#";

export function groupPartition(org: Org, groupId: number): string {
  return `ORG#${org}#GROUP#${groupId}`;
}

export function groupKey(org: Org, groupId: number): Key {
  return { pk: groupPartition(org, groupId), sk: "GROUP" };
}

export function targetKey(org: Org, groupId: number, targetId: number): Key {
  return { pk: groupPartition(org, groupId), sk: `${targetPrefix}${targetId}` };
}

/** The note of when a group's cycles were closed. It is read with the definition, and edits do not write it. */
export function closedCyclesKey(org: Org, groupId: number): Key {
  return { pk: groupPartition(org, groupId), sk: closedCyclesSortKey };
}

/** The note that a cycle has started. Loading a definition does not read it. */
export function startedKey(org: Org, groupId: number, cycleNumber: number): Key {
  return { pk: `${groupPartition(org, groupId)}#STARTED`, sk: `${startedPrefix}${cycleNumber}` };
}

/**
 * A row of a group's audit log. The newest version sorts first, and the parts of one version are in their order. The log
 * has a partition of its own, so that loading a definition does not read it.
 */
export function auditKey(org: Org, groupId: number, { version, part }: { version: number; part: number }): Key {
  const newestFirst = String(lastVersion - version).padStart(10, "0");
  return { pk: auditPartition(org, groupId), sk: `${auditPrefix}${newestFirst}#${String(part).padStart(3, "0")}` };
}

/** More edits than a group can ever have. */
const lastVersion = 9_999_999_999;

export function auditPartition(org: Org, groupId: number): string {
  return `${groupPartition(org, groupId)}#AUDIT`;
}

/** Whose audit log this is; `undefined` for any other partition. */
export function parseAuditPartition(pk: string): { readonly org: Org; readonly groupId: number } | undefined {
  const [, org, groupId] = /^ORG#([^#]+)#GROUP#(\d+)#AUDIT$/.exec(pk) ?? [];
  return org === undefined ? undefined : { org, groupId: Number(groupId) };
}

/**
 * The statistics of a group's targets. They have a partition of their own, so that loading a definition does not read them.
 */
function statisticsPartition(org: Org, groupId: number): string {
  return `${groupPartition(org, groupId)}#STATISTICS`;
}

/** The note of the last count of a group that is complete. */
export function statisticsKey(org: Org, groupId: number): Key {
  return { pk: statisticsPartition(org, groupId), sk: "COUNTED" };
}

/** What was counted in a part of a target's shard, or the prefix of all parts of the shard, or of the target. */
export function statisticsPartKey(
  org: Org,
  { groupId, targetId, slot, shard, part }: StatisticsPlace & { readonly shard?: number; readonly part?: number },
): Key {
  const target = `PART#${targetId}#${slot}#`;
  const ofShard = shard === undefined ? "" : `${String(shard).padStart(2, "0")}#`;
  const ofPart = part === undefined ? "" : String(part).padStart(6, "0");
  return { pk: statisticsPartition(org, groupId), sk: `${target}${ofShard}${ofPart}` };
}

export type StatisticsPlace = {
  readonly groupId: number;
  readonly targetId: number;
  /** Counts take turns in two places, so that the last complete one can be read while the next is made. */
  readonly slot: number;
};

export function orgPartition(org: Org): string {
  return `ORG#${org}`;
}

/** Names that differ only in case or in how a letter is composed have the same key. */
export function nameKey(org: Org, name: string): Key {
  return { pk: orgPartition(org), sk: `${namePrefix}${fitting(name.normalize("NFC").toLowerCase())}` };
}

/**
 * A sort key holds 1024 bytes. A name of 200 composed characters can be longer; such a name is replaced by its digest.
 */
function fitting(name: string): string {
  return Buffer.byteLength(name) <= 1000 ? name : createHash("sha256").update(name).digest("hex");
}

export function sequenceKey(org: Org): Key {
  return { pk: orgPartition(org), sk: "SEQUENCE" };
}

/** The list of the targets that activities enrol in. It has a partition of its own, so that few may read more of the org. */
export function automaticTargetsKey(org: Org): Key {
  return { pk: `${orgPartition(org)}#AUTOMATIC`, sk: "TARGETS" };
}

/** The key of the id that identifies the org's data. */
export function dataIdKey(org: Org): Key {
  return { pk: orgPartition(org), sk: "DATA_ID" };
}

export function customerPartition(org: Org, customerId: number): string {
  return `ORG#${org}#CUSTOMER#${customerId}`;
}

/** Whose partition this is; `undefined` for any other than a customer's. */
export function parseCustomerPartition(pk: string): { readonly org: Org; readonly customerId: number } | undefined {
  const [, org, customerId] = /^ORG#([^#]+)#CUSTOMER#(\d+)$/.exec(pk) ?? [];
  return org === undefined ? undefined : { org, customerId: Number(customerId) };
}

/** The key of any item of a customer, by the sort key that was read. */
export function customerItemKey(org: Org, customerId: number, sk: string): Key {
  return { pk: customerPartition(org, customerId), sk };
}

export const profileSortKey = "PROFILE";

export function customerKey(org: Org, customerId: number): Key {
  return { pk: customerPartition(org, customerId), sk: profileSortKey };
}

/**
 * The key of the claim by which an external id is one customer's. It holds a digest, because the id is a text of the
 * caller's: it can be longer than a key may be, hold `#`, or be a card number.
 */
export function externalIdKey(org: Org, externalId: string): Key {
  return { pk: `EXTERNAL#${org}#${createHash("sha256").update(externalId, "utf8").digest("hex")}`, sk: "EXTERNAL" };
}

export function enrollmentKey(org: Org, customerId: number, groupId: number, targetId: number): Key {
  return { pk: customerPartition(org, customerId), sk: `${enrollmentPrefix}${groupId}#${targetId}` };
}

/** The key of an enrolment that was set aside, because its group is over. */
export function setAsideKey(org: Org, customerId: number, groupId: number, targetId: number): Key {
  return { pk: customerPartition(org, customerId), sk: `${setAsidePrefix}${groupId}#${targetId}` };
}

/** How the sort keys begin that an activity reads: all enrolments but those set aside, and the note about these. */
export const readByActivitiesPrefix = `${anyEnrollmentPrefix}A`;

export const waitingNoteSortKey = `${readByActivitiesPrefix}_OVER`;

/**
 * The key of the note that a return waits in an enrolment that was set aside. It begins so that one query reads the
 * enrolments and the note. It does not begin like an enrolment's, so that the stream's filter leaves it out.
 */
export function waitingNoteKey(org: Org, customerId: number): Key {
  return { pk: customerPartition(org, customerId), sk: waitingNoteSortKey };
}

export const erasedNoteSortKey = `${readByActivitiesPrefix}_ERASED`;

/**
 * The key of the note that the customer is being erased. It begins like the note above for the same reason: what reads
 * enrolments finds out without a further read.
 */
export function erasedNoteKey(org: Org, customerId: number): Key {
  return { pk: customerPartition(org, customerId), sk: erasedNoteSortKey };
}

/** The prefix of the sort keys of all settled cycles of a customer, or of those in one target. */
export function pastPrefix(ref?: { readonly groupId: number; readonly targetId: number }): string {
  return ref === undefined ? "PAST#" : `PAST#${ref.groupId}#${ref.targetId}#`;
}

export function pastKey(
  org: Org,
  { customerId, ...ref }: { readonly customerId: number; readonly groupId: number; readonly targetId: number },
  row: number,
): Key {
  return { pk: customerPartition(org, customerId), sk: `${pastPrefix(ref)}${row}` };
}

export function activityKey(org: Org, customerId: number, activityId: string): Key {
  return { pk: customerPartition(org, customerId), sk: `${activityPrefix}${activityId}` };
}

/** The key of a grant of freezes. Its id is the caller's. */
export function grantKey(org: Org, customerId: number, grantId: string): Key {
  return { pk: customerPartition(org, customerId), sk: `${grantPrefix}${grantId}` };
}

/** The key of an excuse, or of one that was taken back. There is one for each revision of an enrolment at most. */
export function excuseKey(
  org: Org,
  ref: { readonly customerId: number; readonly groupId: number; readonly targetId: number; readonly revision: number },
): Key {
  const name = `${ref.groupId}#${ref.targetId}#${String(ref.revision).padStart(10, "0")}`;
  return { pk: customerPartition(org, ref.customerId), sk: `${forgivenessPrefix}${name}` };
}

/** What the sort key of an enrolment names, set aside or not; `undefined` for any other key. */
export function parseEnrollmentSortKey(
  sk: string,
): { readonly groupId: number; readonly targetId: number } | undefined {
  const [, groupId, targetId] = /^E[AO]#(\d+)#(\d+)$/.exec(sk) ?? [];
  return groupId === undefined ? undefined : { groupId: Number(groupId), targetId: Number(targetId) };
}

/** The prefix of the sort keys of a customer's rows for one target. Rows with one prefix are in order of time. */
export function ledgerTargetPrefix(targetId: number): string {
  return `${ledgerPrefix}${targetId}#`;
}

export function ledgerKey(
  org: Org,
  customerId: number,
  row: { readonly targetId: number; readonly recordedAt: string; readonly entryId: string },
): Key {
  const sk = `${ledgerTargetPrefix(row.targetId)}${row.recordedAt}#${row.entryId}`;
  return { pk: customerPartition(org, customerId), sk };
}

/** A credential is found by user name alone, because a caller presents no more. Its item names the org. */
export function credentialKey(username: string): Key {
  return { pk: `CREDENTIAL#${username}`, sk: "CREDENTIAL" };
}

/** The entry of a credential in its org's own list. */
export function credentialEntryKey(org: Org, username: string): Key {
  return { pk: orgPartition(org), sk: `${credentialEntryPrefix}${username}` };
}

/** A token is found by its SHA-256, in hexadecimal. */
export function tokenKey(digest: string): Key {
  return { pk: `TOKEN#${digest}`, sk: "TOKEN" };
}

/**
 * One partition of the index of all customers who were ever enrolled in a target; there are {@link shardCount}. Its key
 * does not begin like the key of the group's own partition. A role's permission for groups is a pattern of those keys
 * and would otherwise include the index.
 */
export type IndexShard = {
  readonly org: Org;
  readonly groupId: number;
  readonly targetId: number;
  /** 0…{@link shardCount} − 1. */
  readonly shard: number;
};

/** It decides which partition a row is in, so all rows must be written anew when it changes. */
export const shardCount = 16;

const indexRowPrefix = "CUSTOMER#";
/** The digits of the largest id. With them the rows of a shard are in the order of the customers' ids. */
const idDigits = 16;

/** The sort key of a customer's row in the index. */
export function indexRowSortKey(customerId: number): string {
  return `${indexRowPrefix}${String(customerId).padStart(idDigits, "0")}`;
}

export function indexPartition(org: Org, { groupId, targetId, shard }: Omit<IndexShard, "org">): string {
  return `ENROLLED#${org}#${groupId}#${targetId}#${shard}`;
}

/** The shard of the customer's rows. */
export function shardOf(customerId: number): number {
  return customerId % shardCount;
}

export function indexRowKey(
  org: Org,
  { customerId, ...target }: { readonly customerId: number; readonly groupId: number; readonly targetId: number },
): Key {
  const pk = indexPartition(org, { ...target, shard: shardOf(customerId) });
  return { pk, sk: indexRowSortKey(customerId) };
}

/**
 * One partition with the next sweeps of the groups of every org, at least one item for each kind. The items are in
 * order of time. So due sweeps are found without a scan, however long ago the last look was. Who creates or
 * edits a group, or asks for an erasure, puts sweeps on it. Only `listDueCycles` may query it.
 */
export const sweepPartition = "CLOSING";

export function sweepKey(
  org: Org,
  { groupId, kind, dueAt }: { readonly groupId: number; readonly kind: string; readonly dueAt: string },
  /** What tells it from other sweeps of the kind that are due for the group at the same moment. */
  part?: string,
): Key {
  const name = `${dueAt}#${org}#${groupId}#${kind}`;
  return { pk: sweepPartition, sk: part === undefined ? name : `${name}#${part}` };
}

/** The key of a sweep over one customer's items. */
export function customerSweepKey(
  org: Org,
  { customerId, kind, dueAt }: { readonly customerId: number; readonly kind: string; readonly dueAt: string },
  part: string,
): Key {
  return { pk: sweepPartition, sk: `${dueAt}#${org}#${customerId}#${kind}#${part}` };
}

/** One partition for each group: which shards of its targets hold enrolments, and how far they are closed. */
export function shardsPartition(org: Org, groupId: number): string {
  return `CLOSING#${org}#${groupId}`;
}

export function targetShardsKey(
  org: Org,
  { groupId, targetId }: { readonly groupId: number; readonly targetId: number },
): Key {
  return { pk: shardsPartition(org, groupId), sk: `${targetPrefix}${targetId}` };
}
