import { afterAll, beforeAll } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import type { LocalPages } from "../../local/gateway.ts";
import { openProjection, type Projection } from "../../local/projection.ts";
import { openTable } from "../../shared/table/client.ts";
import { engineEndpoint } from "./engineEndpoint.ts";
import { localAccess } from "./globalSetup.ts";
import { type TestService, useService } from "./service.ts";
import { takeStreamedTable } from "./takenTable.ts";
import { testLimits } from "./testLimits.ts";

/**
 * The service of one test file with the projector of `npm start`. The file has a table of its own, and so a stream of
 * its own.
 */
export type ProjectedService = TestService & {
  /**
   * Resolves when everything that was written has become history and notifications. Nothing is projected at other
   * times.
   */
  readonly drain: () => Promise<void>;
  /** The answer of `GET /local/events`. */
  readonly events: (customerId?: number) => Promise<readonly TestEvent[]>;
};

type TestEvent = {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>> & { readonly eventId: string };
};

/** Every event of every kind says who entered it and by which way; see docs/history.md. */
function requireAuthorship({ "detail-type": type, detail }: TestEvent): void {
  const { enteredBy, source } = detail;
  const isSaid = source === "AUTOMATIC" ? enteredBy === null : typeof enteredBy === "string" && enteredBy !== "";
  if (!isSaid) throw new Error(`${type} does not say who entered it: ${String(enteredBy)} by ${String(source)}`);
}

/** Call it once at the top of a test file. The service answers `otherPages` as well as the projector's pages. */
export function useProjectedService(otherPages: LocalPages = {}): ProjectedService {
  const access = { endpoint: engineEndpoint(), ...localAccess };
  const table = openTable({ tableName: takeStreamedTable(), ...access }, testLimits);
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
      for (const event of body.data.events) requireAuthorship(event);
      return body.data.events;
    },
  };
}
