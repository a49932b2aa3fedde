import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTableIfMissing } from "../../local/createTable.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { openProjection } from "../../local/projection.ts";
import { openTable, patientLimits, type Table } from "../../shared/table/client.ts";
import { ApiClient } from "../support/apiClient.ts";
import { newCredential } from "../support/credential.ts";
import { readUnavailable } from "../support/faultStage.ts";
import { localAccess } from "../support/globalSetup.ts";
import { readHistory } from "../support/history.ts";
import { newOrg, type TestGroup, type TestOrg } from "../support/org.ts";
import { type RestartableEngine, startRestartableEngine } from "../support/restartableEngine.ts";
import { inParallel, report } from "../support/seeds.ts";
import { during } from "../support/targetGroups.ts";
import { VisitingClients } from "../support/visitingClients.ts";
import { amount, deliver, expectCounted, makeVisit, openingBalance, type Visit } from "../support/visits.ts";

const clientCount = 6;
const answersBeforeTheStop = 20;
const answersAfterTheStart = 10;
const visitsAfterwards = 18;
const limitMilliseconds = 1_800_000;
const now = during(1);

let engine: RestartableEngine;
/** The tables of two processes, which share nothing but the engine. */
let tables: readonly Table[];
let gateways: readonly LocalGateway[];
let org: TestOrg;
let group: TestGroup;
let clients: readonly ApiClient[];
/** A client whose credential is not looked up before the engine has stopped. */
let stranger: ApiClient;
let customerId = 0;

beforeAll(async () => {
  engine = await startRestartableEngine();
  const access = { endpoint: engine.endpoint, ...localAccess };
  tables = [1, 2].map(() => openTable({ tableName: "milestreak-restart", ...access }, patientLimits));
  const [table] = tables;
  if (table === undefined) throw new Error("There are two tables");
  await createTableIfMissing(table);
  gateways = await Promise.all(tables.map((each) => startGateway(localFunctions(each), 0)));
  const baseUrls = gateways.map(({ baseUrl }) => baseUrl);
  const [baseUrl = ""] = baseUrls;
  org = await newOrg(table, baseUrl);
  group = await org.createGroup();
  const credential = await newCredential(table, { org: org.org, accessGroup: "admin" });
  clients = Array.from(
    { length: clientCount },
    (_, index) => new ApiClient(baseUrls[index % baseUrls.length] ?? "", credential),
  );
  stranger = new ApiClient(baseUrl, await newCredential(table, { org: org.org }));
});

afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  for (const { client } of tables) client.destroy();
  await engine.close();
});

function nextCustomerId(): number {
  customerId += 1;
  return customerId;
}

/**
 * Stops and starts the engine while clients make visits. Each phase ends only when every client has been answered, so
 * no call may hang.
 */
async function stopAndStartUnderLoad(): Promise<readonly Visit[]> {
  const load = new VisitingClients({ clients, group, nextCustomerId });
  await load.untilEach(({ answered }) => answered >= answersBeforeTheStop);
  await engine.stop();
  await load.untilEach(({ unavailable }) => unavailable >= 3);
  readUnavailable(await stranger.get("/targetGroups"));
  await engine.start();
  await load.untilEach(({ answered }) => answered >= answersAfterTheStart);
  return load.finish();
}

describe("while the engine is stopped and started again under load", () => {
  it(
    "every answer is right or a clean 4001, and afterwards all is served and nothing lost or counted twice",
    async () => {
      const visits = await stopAndStartUnderLoad();
      const interrupted = visits.filter(({ unavailable }) => unavailable > 0);
      report(`${visits.length} customers, ${interrupted.length} of them interrupted, ${sumOf(visits)} answers of 4001`);
      expect(interrupted.length).toBeGreaterThanOrEqual(clientCount);

      const afterwards = await inParallel(visitsAfterwards, clientCount, (index) =>
        makeVisit(clients[index % clientCount] ?? stranger, group, nextCustomerId()),
      );
      expect(sumOf(afterwards)).toBe(0);
      expect((await stranger.get("/targetGroups")).status).toBe(200);

      const all = [...visits, ...afterwards];
      for (const visit of all) expectCounted(await deliver(org.till, visit));
      await projectAll();
      const found = await inParallel(all.length, clientCount, (index) => readBack(all[index]));
      expect(found).toEqual(all.map(expected));
    },
    limitMilliseconds,
  );
});

/** Makes history of everything that was written, before the engine stopped and after. */
async function projectAll(): Promise<void> {
  const [table] = tables;
  if (table === undefined) throw new Error("There are two tables");
  const projection = await openProjection(table, { endpoint: engine.endpoint, ...localAccess }, () => undefined);
  await projection.drain();
  await projection.stop();
}

function sumOf(visits: readonly Visit[]): number {
  return visits.reduce((sum, { unavailable }) => sum + unavailable, 0);
}

/** The customer's value, and each row of the history with its part in it. */
async function readBack(visit: Visit | undefined) {
  if (visit === undefined) throw new Error("There is no such visit");
  const state = await org.readState(group, visit.customerId, { now });
  const rows = await readHistory(org.reader, visit.customerId, group.targetId);
  return {
    customerId: visit.customerId,
    value: state?.targets[0]?.targetAchievedValue,
    rows: rows.map(({ eventName, activityId, value }) => [eventName, activityId, value]),
  };
}

function expected(visit: Visit) {
  return {
    customerId: visit.customerId,
    value: openingBalance + amount,
    rows: [
      ["ENROL", null, openingBalance],
      ["ADD_TRANSACTION", visit.activityId, amount],
      ["UNENROL", null, 0],
      ["ENROL", null, 0],
    ],
  };
}
