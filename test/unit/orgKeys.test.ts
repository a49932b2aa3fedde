import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as keys from "../../shared/table/keys.ts";

type Builder = Extract<(typeof keys)[keyof typeof keys], (...args: never[]) => unknown>;
type BuilderName = {
  [Name in keyof typeof keys]: (typeof keys)[Name] extends Builder ? Name : never;
}[keyof typeof keys];

/**
 * The first two are found by what a caller shows before anybody knows its org. The third and the fourth are no keys. The
 * fifth and the sixth are in a partition of all orgs. Of the others two or three read a key, and the last two are part of one.
 */
const withoutOrg = [
  "credentialKey",
  "tokenKey",
  "ledgerTargetPrefix",
  "pastPrefix",
  "sweepKey",
  "customerSweepKey",
  "parseCustomerPartition",
  "parseEnrollmentSortKey",
  "parseAuditPartition",
  "shardOf",
  "indexRowSortKey",
] as const;

type OrgBuilderName = Exclude<BuilderName, (typeof withoutOrg)[number]>;

/** A key of each kind for the given org. A key builder that takes no org does not compile here. */
const ofOrg: Record<OrgBuilderName, (org: keys.Org) => keys.Key | string> = {
  groupPartition: (org) => keys.groupPartition(org, 1),
  groupKey: (org) => keys.groupKey(org, 1),
  closedCyclesKey: (org) => keys.closedCyclesKey(org, 1),
  targetKey: (org) => keys.targetKey(org, 1, 1),
  startedKey: (org) => keys.startedKey(org, 1, 1),
  auditKey: (org) => keys.auditKey(org, 1, { version: 1, part: 0 }),
  auditPartition: (org) => keys.auditPartition(org, 1),
  statisticsKey: (org) => keys.statisticsKey(org, 1),
  statisticsPartKey: (org) => keys.statisticsPartKey(org, { groupId: 1, targetId: 1, slot: 0 }),
  orgPartition: (org) => keys.orgPartition(org),
  nameKey: (org) => keys.nameKey(org, "name"),
  automaticTargetsKey: (org) => keys.automaticTargetsKey(org),
  dataIdKey: (org) => keys.dataIdKey(org),
  sequenceKey: (org) => keys.sequenceKey(org),
  customerPartition: (org) => keys.customerPartition(org, 1),
  customerItemKey: (org) => keys.customerItemKey(org, 1, "PROFILE"),
  customerKey: (org) => keys.customerKey(org, 1),
  externalIdKey: (org) => keys.externalIdKey(org, "crm-1"),
  enrollmentKey: (org) => keys.enrollmentKey(org, 1, 1, 1),
  setAsideKey: (org) => keys.setAsideKey(org, 1, 1, 1),
  waitingNoteKey: (org) => keys.waitingNoteKey(org, 1),
  erasedNoteKey: (org) => keys.erasedNoteKey(org, 1),
  pastKey: (org) => keys.pastKey(org, { customerId: 1, groupId: 1, targetId: 1 }, 1),
  grantKey: (org) => keys.grantKey(org, 1, "g"),
  excuseKey: (org) => keys.excuseKey(org, { customerId: 1, groupId: 1, targetId: 1, revision: 1 }),
  activityKey: (org) => keys.activityKey(org, 1, "a"),
  ledgerKey: (org) => keys.ledgerKey(org, 1, { targetId: 1, recordedAt: "2030", entryId: "e" }),
  credentialEntryKey: (org) => keys.credentialEntryKey(org, "till.1"),
  indexPartition: (org) => keys.indexPartition(org, { groupId: 1, targetId: 1, shard: 1 }),
  shardsPartition: (org) => keys.shardsPartition(org, 1),
  targetShardsKey: (org) => keys.targetShardsKey(org, { groupId: 1, targetId: 1 }),
  indexRowKey: (org) => keys.indexRowKey(org, { customerId: 1, groupId: 1, targetId: 1 }),
};

describe("a key builder", () => {
  it("is listed here, whether it takes an org or not", () => {
    const builders = Object.entries(keys).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));
    expect(builders.toSorted()).toEqual([...Object.keys(ofOrg), ...withoutOrg].toSorted());
  });

  it.each(Object.entries(ofOrg))("%s puts the org first, so that no two orgs share a partition", (_, build) => {
    const partitionOf = (org: string) => {
      const key = build(org);
      return typeof key === "string" ? key : key.pk;
    };
    expect(partitionOf("100")).toMatch(/^(ORG|ENROLLED|EXTERNAL|CLOSING)#100(#|$)/);
    expect(partitionOf("100")).not.toBe(partitionOf("200"));
  });

  it.each(Object.keys(ofOrg))("%s cannot be called without an org", (name) => {
    const builder = Object.entries(keys).find(([key]) => key === name)?.[1];
    expect(String(builder)).toMatch(/^function \w+\(org[,)]/);
  });
});

const sources = globSync("{shared,functions,local,admin,bin}/**/*.ts").map((path) => ({
  path,
  text: readFileSync(path, "utf8"),
}));

/** The forms that a partition may have outside keys.ts. It must come from a key builder and not be a text. */
const built =
  /^(pk: \{ S: (\w+\.)?pk|pk: reader\.text\("pk"\)|":pk": (pk|partition)|pk: string|partition: (string|pk|sweepPartition|\w+Partition\(.*))$/;

/** The partitions in a source that no key builder made. */
function unbuiltPartitions(text: string): string[] {
  const uses = [...text.matchAll(/(?<![\w."])(?:":pk"|pk|partition): [^,;}\n]*/g)].map(([use]) => use.trim());
  return uses.filter((use) => !built.test(use));
}

describe("a query", () => {
  it("is searched for in all sources", () => {
    expect(sources.length).toBeGreaterThan(100);
  });

  it.each([
    'Key: { pk: { S: "X" }, sk: { S: sk } },',
    "return { pk: `ORG#100`, sk };",
    'ExpressionAttributeValues: { ":pk": { S: `${org}#x` } },',
    "await queryAll(table, { partition: body.partition });",
  ])("that does not use the key builders is found: %s", (text) => {
    expect(unbuiltPartitions(text)).toHaveLength(1);
  });

  it.each(sources.filter(({ path }) => path !== "shared/table/keys.ts"))(
    "in $path names no partition but those that key builders made",
    ({ text }) => {
      expect(text).not.toMatch(/["'`](ORG|CREDENTIAL|TOKEN|ENROLLED|EXTERNAL)#/);
      expect(unbuiltPartitions(text)).toEqual([]);
    },
  );
});
