import type { Instant } from "../../shared/domain/instant.ts";
import type { ApiAnswer, Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import {
  type ForgiveRecord,
  grantIdReused,
  notContinuous,
  readExcuseRecord,
  readGrantRecord,
  tooManyFreezes,
} from "../../shared/http/requests/forgiveRecord.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentExcused, presentGrant } from "../../shared/http/views/forgivenView.ts";
import type { ServiceContext } from "../../shared/operations/context.ts";
import { type ForgiveCommand, forgive } from "../../shared/operations/forgive.ts";

/**
 * `POST …/excuse` and `POST …/unExcuse`: excuse cycles of a customer's streak, or no longer (docs/forgiveness.md).
 *
 * Both answer how the streak stands then. Refuse, in this order, with 300004, 310017, 310018, 310011, 300004 for a group
 * that is no `STREAKS`, 310019, 310126.
 */
export function excuse(context: ServiceContext): Operation<typeof routes.excuse> {
  return (request) => answer(context, { ...readExcuseRecord(request, "EXCUSE"), org: request.org }, request.now);
}

export function unexcuse(context: ServiceContext): Operation<typeof routes.unexcuse> {
  return (request) => answer(context, { ...readExcuseRecord(request, "UNEXCUSE"), org: request.org }, request.now);
}

/**
 * `POST …/freezes`: gives a customer freezes for a streak (docs/forgiveness.md). Answers what it did; a repeat gets the same
 * answer. Refuses like the two above, with 310126 and then with 300004 for more than ten freezes. The 300004 is a 422 for
 * an id that was used before.
 */
export function grantFreezes(context: ServiceContext): Operation<typeof routes.grantFreezes> {
  return (request) => answer(context, { ...readGrantRecord(request), org: request.org }, request.now);
}

async function answer(
  context: ServiceContext,
  { warnings, ...command }: ForgiveCommand & Pick<ForgiveRecord, "warnings">,
  now: Instant,
): Promise<ApiAnswer> {
  const { forgiving, groupId } = command;
  const result = await forgive(context, command, now);
  switch (result.outcome) {
    case "refused":
      throw businessRefusal(result);
    case "notContinuous":
      throw notContinuous(groupId);
    case "tooManyFreezes":
      throw tooManyFreezes(result.total);
    case "idReused":
      throw grantIdReused(result.grantId);
    case "forgiven":
    case "repeated":
    case "unchanged": {
      const data = forgiving.kind === "FREEZES" ? presentGrant(forgiving.grant, result) : presentExcused(result);
      return { data, warnings: [...warnings, ...(result.outcome === "forgiven" ? [] : [alreadySo(forgiving)])] };
    }
  }
}

function alreadySo(forgiving: ForgiveCommand["forgiving"]): string {
  switch (forgiving.kind) {
    case "EXCUSE":
      return "All of these periods were excused already; nothing was changed.";
    case "UNEXCUSE":
      return "None of these periods was excused; nothing was changed.";
    case "FREEZES":
      return `Grant ${forgiving.grant.grantId} was already made; this is what it did then.`;
  }
}
