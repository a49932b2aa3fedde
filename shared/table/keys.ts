/**
 * A brand. Digits, letters, `_` and `-` only, so that no key can be forged through it.
 * It comes from the caller's credential, never from a body.
 */
export type Org = string;

export type Key = { readonly pk: string; readonly sk: string };

export const enrollmentPrefix = "ENROLLMENT#";
export const activityPrefix = "ACTIVITY#";
export const namePrefix = "NAME#";
export const targetPrefix = "TARGET#";

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

/** Names are taken without regard to case: two spellings of one name have one key. */
export function nameKey(org: Org, name: string): Key {
  return { pk: orgPartition(org), sk: `${namePrefix}${name.normalize("NFC").toLowerCase()}` };
}

export function sequenceKey(org: Org): Key {
  return { pk: orgPartition(org), sk: "SEQUENCE" };
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

export function credentialKey(username: string): Key {
  return { pk: `CREDENTIAL#${username}`, sk: "CREDENTIAL" };
}

/** A key as the engine takes it. */
export function keyAttributes({ pk, sk }: Key): Record<keyof Key, { S: string }> {
  return { pk: { S: pk }, sk: { S: sk } };
}
