import type { TargetGroup } from "../../shared/domain/targetGroup.ts";
import { closeEnrollment } from "../../shared/operations/closeShards.ts";
import type { Table } from "../../shared/table/client.ts";
import { findSetAside } from "../../shared/table/enrollments.ts";
import { TooMuchContention } from "../../shared/table/failures.ts";
import type { Org } from "../../shared/table/keys.ts";
import { listPastRows } from "../../shared/table/past.ts";
import { findTargetGroup } from "../../shared/table/targetGroups.ts";
import type { TestGroup } from "./org.ts";

type Aim = { readonly org: Org; readonly customerId: number; readonly group: Pick<TestGroup, "groupId" | "targetId"> };

function ifContended(error: unknown): false {
  if (error instanceof TooMuchContention) return false;
  throw error;
}

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

  async close(aim: Aim, now: number): Promise<void> {
    await this.#close(aim, now, undefined);
  }

  /** Sets the customer's enrolment aside, as if the group had been retired. The others of the group stay. */
  async setAside(aim: Aim, now: number): Promise<void> {
    let isTried = false;
    // Other writes may come first. The next sweep then tries again.
    for (let sweep = 1; !isTried && sweep <= 20; sweep += 1) {
      isTried = await this.#close(aim, now, now).then(() => true, ifContended);
    }
    const { groupId, targetId } = aim.group;
    const ref = { ...aim, groupId, targetId };
    if ((await findSetAside(this.#table, ref)) === undefined) throw new Error("The enrolment is not set aside");
  }

  async #close(
    { org, customerId, group: { groupId, targetId } }: Aim,
    now: number,
    retiredAt: number | undefined,
  ): Promise<void> {
    const name = `${org}#${groupId}`;
    const loading = this.#groups.get(name) ?? findTargetGroup(this.#table, org, groupId);
    this.#groups.set(name, loading);
    const group = await loading;
    if (group === undefined) throw new Error(`There is no group ${groupId}`);
    await closeEnrollment(this.#table, { ...group, retiredAt }, { org, customerId, groupId, targetId }, now);
  }

  /** Whether settled cycles of the customer have left their enrolment. */
  async hasSettled(org: Org, customerId: number): Promise<boolean> {
    return (await listPastRows(this.#table, org, customerId)).length > 0;
  }
}
