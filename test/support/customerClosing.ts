import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { closeEnrollment } from "../../shared/operations/closeShards.ts";
import type { Table } from "../../shared/table/client.ts";
import type { Org } from "../../shared/table/keys.ts";
import { listPastRows } from "../../shared/table/past.ts";
import { findTargetGroup } from "../../shared/table/targetGroups.ts";
import type { TestGroup } from "./org.ts";

type Aim = { readonly org: Org; readonly customerId: number; readonly group: Pick<TestGroup, "groupId" | "targetId"> };

/**
 * Closes the ended cycles of single customers. Each cycle that is settled leaves the enrolment with the next closing, so
 * that a short history has settled cycles.
 */
export class CustomerClosing {
  readonly #table: Table;
  readonly #groups = new Map<string, Promise<TargetGroup | undefined>>();

  constructor(table: Table) {
    this.#table = { ...table, settling: { ...table.settling, cyclesPerRow: 1 } };
  }

  async close({ org, customerId, group: { groupId, targetId } }: Aim, now: number): Promise<void> {
    const name = `${org}#${groupId}`;
    const loading = this.#groups.get(name) ?? findTargetGroup(this.#table, org, groupId);
    this.#groups.set(name, loading);
    const group = await loading;
    if (group === undefined) throw new Error(`There is no group ${groupId}`);
    await closeEnrollment(this.#table, group, { org, customerId, groupId, targetId }, now);
  }

  /** Whether settled cycles of the customer have left their enrolment. */
  async hasSettled(org: Org, customerId: number): Promise<boolean> {
    return (await listPastRows(this.#table, org, customerId)).length > 0;
  }
}
