import type { Operation } from "../../shared/http/apiHandler.ts";
import { businessRefusal } from "../../shared/http/errors.ts";
import { required } from "../../shared/http/requests/checked.ts";
import type { routes } from "../../shared/http/routes.ts";
import { presentAuditRow } from "../../shared/http/views/auditLogView.ts";
import { groupNotFound } from "../../shared/operations/definition.ts";
import { listAuditRows } from "../../shared/table/auditLog.ts";
import type { Table } from "../../shared/table/client.ts";
import { findTargetGroup } from "../../shared/table/targetGroups.ts";

/**
 * `GET /targetGroups/{targetGroupId}/auditLogs`: who has changed what, the newest first. The oldest row is the creation.
 * Refuses with 300004, 310017.
 */
export function getAuditLogs(table: Table): Operation<typeof routes.getAuditLogs> {
  return async ({ org, parameters }) => {
    const { path, query } = required(parameters);
    const { targetGroupId } = path;
    const rows = await listAuditRows(table, org, targetGroupId, query);
    // Every group has a row. An empty page is either the end of the log or no group at all.
    if (rows.length === 0 && (await findTargetGroup(table, org, targetGroupId)) === undefined)
      throw businessRefusal(groupNotFound(targetGroupId));
    return { data: rows.map(presentAuditRow) };
  };
}
