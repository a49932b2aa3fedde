import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, inject } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import type { LocalPages } from "../../local/gateway.ts";
import { openProjection, type Projection } from "../../local/projection.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { localAccess } from "./globalSetup.ts";
import { type TestService, useService } from "./service.ts";

/** The service of one test file with the projector of `npm start`, on a table, and so a stream, of the file's own. */
export type ProjectedService = TestService & {
  /** Resolves when all that was written has become history and notifications; nothing is projected otherwise. */
  readonly drain: () => Promise<void>;
  /** What `GET /local/events` answers. */
  readonly events: (customerId?: number) => Promise<readonly TestEvent[]>;
};

type TestEvent = {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>> & { readonly eventId: string };
};

/** Call once at the top of a test file; it serves `otherPages` beside the projector's own. */
export function useProjectedService(otherPages: LocalPages = {}): ProjectedService {
  const access = { endpoint: inject("endpoint"), ...localAccess };
  const table = openTable({ tableName: `milestreak-${randomUUID()}`, ...access }, patientLimits);
  let opened: Projection | undefined;
  const projection = () => {
    if (opened === undefined) throw new Error("The projector runs only while tests run");
    return opened;
  };
  beforeAll(async () => {
    await createTableIfMissing(table);
    opened = await openProjection(table, access, () => undefined);
  });
  afterAll(() => opened?.stop());
  const service = useService(table, () => ({ ...projection().pages, ...otherPages }));
  return {
    table,
    recorder: service.recorder,
    get baseUrl() {
      return service.baseUrl;
    },
    get anonymous() {
      return service.anonymous;
    },
    newOrg: service.newOrg,
    drain: () => projection().drain(),
    events: async (customerId) => {
      const query = customerId === undefined ? "" : `?customerId=${customerId}`;
      const response = await fetch(new URL(`/local/events${query}`, service.baseUrl));
      const body: { data: { events: readonly TestEvent[] } } = JSON.parse(await response.text());
      return body.data.events;
    },
  };
}
