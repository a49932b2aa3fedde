import { createHash } from "node:crypto";

/**
 * A brand. Digits, letters, `_` and `-` only, so that no key can be forged through it.
 * It comes from the caller's credential, never from a body.
 */
export type Org = string;

export type Key = { readonly pk: string; readonly sk: string };

export const enrollmentPrefix = "ENROLLMENT#";
export const activityPrefix = "ACTIVITY#";
const ledgerPrefix = "LEDGER#";
export const namePrefix = "NAME#";
export const targetPrefix = "TARGET#";
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

export function orgPartition(org: Org): string {
  return `ORG#${org}`;
}

/** Names are taken without regard to case or to how a letter is composed: all spellings of one name have one key. */
export function nameKey(org: Org, name: string): Key {
  return { pk: orgPartition(org), sk: `${namePrefix}${fitting(name.normalize("NFC").toLowerCase())}` };
}

/** A sort key holds 1024 bytes; the few names that a composition of 200 characters takes beyond go by their digest. */
function fitting(name: string): string {
  return Buffer.byteLength(name) <= 1000 ? name : createHash("sha256").update(name).digest("hex");
}

export function sequenceKey(org: Org): Key {
  return { pk: orgPartition(org), sk: "SEQUENCE" };
}

/** What tells this org's data from any other. */
export function dataIdKey(org: Org): Key {
  return { pk: orgPartition(org), sk: "DATA_ID" };
}

export function customerPartition(org: Org, customerId: number): string {
  return `ORG#${org}#CUSTOMER#${customerId}`;
}

export function customerKey(org: Org, customerId: number): Key {
  return { pk: customerPartition(org, customerId), sk: "PROFILE" };
}

export function enrollmentKey(org: Org, customerId: number, groupId: number, targetId: number): Key {
  return { pk: customerPartition(org, customerId), sk: `${enrollmentPrefix}${groupId}#${targetId}` };
}

export function activityKey(org: Org, customerId: number, activityId: string): Key {
  return { pk: customerPartition(org, customerId), sk: `${activityPrefix}${activityId}` };
}

/** What the sort keys of a customer's rows for one target begin with; within it they are in order of time. */
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

/** By user name alone, as that is all a caller presents: whose it is, the item says. */
export function credentialKey(username: string): Key {
  return { pk: `CREDENTIAL#${username}`, sk: "CREDENTIAL" };
}

/** The org's own list of its credentials. */
export function credentialEntryKey(org: Org, username: string): Key {
  return { pk: orgPartition(org), sk: `${credentialEntryPrefix}${username}` };
}

/** By the token's SHA-256, in hexadecimal. */
export function tokenKey(digest: string): Key {
  return { pk: `TOKEN#${digest}`, sk: "TOKEN" };
}

/**
 * Who was ever enrolled in a target, in {@link shardCount} partitions. They do not begin like the group's own partition:
 * a role's permission for groups is the pattern of those keys and would take these in.
 */
export type IndexShard = {
  readonly org: Org;
  readonly groupId: number;
  readonly targetId: number;
  /** 0…{@link shardCount} − 1. */
  readonly shard: number;
};

/** Changing it needs every row to be written anew: it decides where they are. */
export const shardCount = 16;

export const indexRowPrefix = "CUSTOMER#";

export function indexPartition(org: Org, { groupId, targetId, shard }: Omit<IndexShard, "org">): string {
  return `ENROLLED#${org}#${groupId}#${targetId}#${shard}`;
}

export function indexRowKey(
  org: Org,
  { customerId, ...target }: { readonly customerId: number; readonly groupId: number; readonly targetId: number },
): Key {
  const pk = indexPartition(org, { ...target, shard: customerId % shardCount });
  return { pk, sk: `${indexRowPrefix}${customerId}` };
}

/**
 * One partition for all orgs' groups, with one item for each group: its next sweep. In order of time, so that what is due
 * is found without a scan, however long nobody has looked. Only the scheduled functions reach it.
 */
export const sweepPartition = "CLOSING";

export function sweepKey(
  org: Org,
  sweep: { readonly groupId: number; readonly cycleNumber: number; readonly dueAt: string },
): Key {
  return { pk: sweepPartition, sk: `${sweep.dueAt}#${org}#${sweep.groupId}#${sweep.cycleNumber}` };
}
