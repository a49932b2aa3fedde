import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal, invalidInput } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { deleteTargetGroup as deleteGroup } from "../../shared/operations/deleteTargetGroup.ts";
import type { Table } from "../../shared/table/client.ts";
import { otherVersion, readEditCommand } from "./editing.ts";

/**
 * `DELETE /targetGroups/{targetGroupId}`: deletes a group that is inactive and in which nobody was ever enrolled. Its name
 * becomes free, and its audit log stays.
 *
 * Answers the id. Refuses, in this order, with 300004, 310017, 300004 (412), 300004 (409).
 */
export function deleteTargetGroup(table: Table): Operation<typeof routes.deleteTargetGroup> {
  return async (request) => {
    const command = required(readEditCommand(request));
    const result = await deleteGroup(table, command);
    switch (result.outcome) {
      case "deleted":
        return { data: command.groupId };
      case "otherVersion":
        throw otherVersion(result.version);
      case "inUse":
        throw invalidInput([describeUse(result.use)], 409);
      case "refused":
        throw businessRefusal(result);
    }
  };
}

function describeUse(use: "active" | "justDeactivated" | "enrolled"): string {
  switch (use) {
    case "active":
      return "The target group is active, so it cannot be deleted; deactivate instead, and delete it a minute later if nobody was ever enrolled.";
    case "justDeactivated":
      return "The target group was changed less than 60 seconds ago, so somebody may still be enrolled; try again later.";
    case "enrolled":
      return "Customers were enrolled in the target group, so it cannot be deleted; deactivate instead.";
  }
}
