import { mostAutomaticTargets } from "../../shared/domain/automatic.ts";
import type { Instant } from "../../shared/domain/instant.ts";
import type { ApiAnswer, ApiRequest } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { both, type Checked } from "../../shared/http/requests/checked.ts";
import type { Route } from "../../shared/http/routes.ts";
import { parseIfMatch, versionHeader } from "../../shared/http/version.ts";
import { presentTargetGroup } from "../../shared/http/views/targetGroupView.ts";
import type { EditCommand, EditResult } from "../../shared/operations/editTargetGroup.ts";

type EditRequest = Pick<ApiRequest<Route>, "org" | "authorship" | "now" | "headers"> & {
  readonly parameters: Checked<{ readonly path: { readonly targetGroupId: number } }>;
};

/** Which group a request edits, by whom, and from which version on. */
export function readEditCommand({ org, authorship, now, headers, parameters }: EditRequest): Checked<EditCommand> {
  const read = both(parameters, parseIfMatch(headers["if-match"]));
  if ("faults" in read) return read;
  const [{ path }, expectedVersion] = read.valid;
  return { valid: { org, now, groupId: path.targetGroupId, editedBy: authorship.enteredBy, expectedVersion } };
}

/** The refusal of an edit that was decided on another version. */
export function otherVersion(version: number): Error {
  return invalidInput([`The target group is at version ${version}, which If-Match does not name.`], 412);
}

/** The sentence of a 300004 for an org that would have too many targets that activities enrol in. */
export const tooManyAutomatic = `An org must not have more than ${mostAutomaticTargets} active targets with the enrolmentMethod TRANSACTION.`;

/** The answer to an edit: the group as it is now, with its version in `ETag`. Throws what refuses it. */
export function answerEdit<Fault>(
  result: EditResult<Fault>,
  now: Instant,
  describeFault: (fault: Fault) => string,
  warnings: readonly string[],
): ApiAnswer {
  switch (result.outcome) {
    case "edited": {
      const { group } = result;
      return {
        data: presentTargetGroup(group, now, { includePeriods: true }),
        warnings,
        headers: versionHeader(group),
      };
    }
    case "otherVersion":
      throw otherVersion(result.version);
    case "tooManyAutomatic":
      throw invalidInput([tooManyAutomatic]);
    case "invalid":
      throw invalidInput(result.faults.map(describeFault));
    case "refused":
      throw businessRefusal(result);
  }
}
