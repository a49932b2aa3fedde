import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { closeCycles } from "../../local/closeCycles.ts";
import { createTableIfMissing } from "../../local/createTable.ts";
import { enginePage } from "../../local/enginePage.ts";
import { erasureListIn } from "../../local/erasureList.ts";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { openTable, patientLimits } from "../../shared/table/client.ts";
import { customerKey } from "../../shared/table/keys.ts";
import { admin, spawnAdminWithin } from "../support/adminCommand.ts";
import { engineEndpoint } from "../support/engineEndpoint.ts";
import { localAccess } from "../support/globalSetup.ts";
import { ok } from "../support/org.ts";
import { useProjectedService } from "../support/projectedService.ts";
import { itemsWith, keysAbout, scanAll } from "../support/storedTraces.ts";
import { takeStreamedTable } from "../support/takenTable.ts";
import { during, milestone } from "../support/targetGroups.ts";

const service = useProjectedService();
const now = during(1);
const aDayMilliseconds = 25 * 60 * 60 * 1000;

/** A table as point-in-time recovery would bring it back. */
const access = { endpoint: engineEndpoint(), ...localAccess };
const restored = openTable({ tableName: takeStreamedTable(), ...access }, patientLimits);
let gateway: LocalGateway;
let folder: string;

beforeAll(async () => {
  await createTableIfMissing(restored);
  const { endpoint, region } = access;
  gateway = await startGateway(localFunctions(restored), 0, enginePage({ endpoint, region, tableName: restored.name }));
  folder = await mkdtemp(join(tmpdir(), "erasures-"));
});
afterAll(async () => {
  await gateway.close();
  restored.close();
  await rm(folder, { recursive: true });
});

async function copyTable(): Promise<void> {
  const { client, name: TableName } = restored;
  for (const Item of await scanAll(service.table)) await client.send(new PutCommand({ TableName, Item }));
}

const reapply = (from: string) => {
  const { port } = new URL(gateway.baseUrl);
  return admin("erasures", "reapply", "--from", from, "--local", "--port", port, "--json");
};

it("erasures reapply erases and anonymises in a restored table whom it has brought back, and a repeat changes nothing", async () => {
  const org = await service.newOrg();
  const group = await org.createGroup(milestone());
  const names = { erased: `name-${randomUUID()}`, anonymised: `name-${randomUUID()}` };
  const [erased, anonymised] = [await org.newCustomer(), await org.newCustomer()];
  for (const [customerId, firstName] of [
    [erased, names.erased],
    [anonymised, names.anonymised],
  ] as const) {
    await ok(org.admin.put(`/customers/${customerId}`, { firstName, externalId: firstName }, { now }));
    await ok(org.enroll(group, { customerId }, { now }));
  }
  await service.drain();
  await copyTable();
  const later = await org.newCustomer();
  for (const [customerId, mode] of [
    [erased, "ERASE"],
    [anonymised, "ANONYMISE"],
    [later, "ERASE"],
  ] as const)
    await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=${mode}`, undefined, { now }));
  const list = join(folder, "data");
  await closeCycles(service.table, Date.parse(now), org.org, undefined, erasureListIn(list));
  const record = await readFile(join(list, "erasures", org.org, `ERASE-${erased}-${Date.parse(now)}.json`), "utf8");
  expect(JSON.parse(record)).toEqual({ org: org.org, customerId: erased, mode: "ERASE", requestedAt: now });

  const first = await reapply(join(list, "erasures"));
  expect(first).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(first.stdout)).toEqual({ repeated: 3, there: 0, unknown: 0 });
  const requestedAt = Date.parse(now);
  for (const at of [requestedAt, requestedAt + aDayMilliseconds]) await closeCycles(restored, at, org.org);
  expect(await itemsWith(restored, Object.values(names))).toEqual([]);
  for (const customerId of [erased, later]) {
    const { pk, sk } = customerKey(org.org, customerId);
    expect(await keysAbout(restored, org.org, customerId)).toEqual([`${pk} ${sk}`]);
  }
  expect((await keysAbout(restored, org.org, anonymised)).length).toBeGreaterThan(1);
  const again = await reapply(join(list, "erasures"));
  expect(JSON.parse(again.stdout)).toEqual({ repeated: 0, there: 3, unknown: 0 });
});

it("erasures reapply asks for the latest anonymisation again where only the earlier one was brought back", async () => {
  const org = await service.newOrg();
  const customerId = await org.newCustomer();
  const firstName = `name-${randomUUID()}`;
  const later = new Date(Date.parse(now) + 1000).toISOString();
  for (const at of [now, later]) {
    await ok(org.admin.put(`/customers/${customerId}`, { firstName }, { now: at }));
    await copyTable();
    await ok(org.admin.send("DELETE", `/customers/${customerId}?mode=ANONYMISE`, undefined, { now: at }));
  }
  const list = join(folder, "anonymised");
  await closeCycles(service.table, Date.parse(later), org.org, undefined, erasureListIn(list));
  expect(await readdir(join(list, "erasures", org.org))).toEqual(
    [now, later].map((at) => `ANONYMISE-${customerId}-${Date.parse(at)}.json`),
  );
  expect(await itemsWith(restored, [firstName])).toHaveLength(1);
  const { stdout } = await reapply(join(list, "erasures"));
  expect(JSON.parse(stdout)).toEqual({ repeated: 1, there: 1, unknown: 0 });
  expect(await itemsWith(restored, [firstName])).toEqual([]);
});

it("erasures reapply refuses a list with a file that is no record, and does nothing", async () => {
  const broken = await mkdtemp(join(folder, "broken-"));
  await writeFile(
    join(broken, "one.json"),
    JSON.stringify({ org: "a#b", customerId: 1, mode: "ERASE", requestedAt: now }),
  );
  const { status, stderr } = await reapply(broken);
  expect([status, stderr]).toEqual([2, "one.json is no record of an erasure; nothing was done.\n"]);
});

it("erasures reapply reads a list of more files than the system lets a process open at once", async () => {
  const many = await mkdtemp(join(folder, "many-"));
  for (let customerId = 1; customerId <= 1500; customerId += 1) {
    const record = { org: "100", customerId, mode: "ERASE", requestedAt: now };
    writeFileSync(join(many, `ERASE-${customerId}.json`), JSON.stringify(record));
  }
  // It comes last, so the refusal says that all others were read, and nothing is asked for.
  writeFileSync(join(many, "last.json"), "{}");
  const { status, stderr } = await spawnAdminWithin(400, "erasures", "reapply", "--from", many, "--local");
  expect([status, stderr]).toEqual([2, "last.json is no record of an erasure; nothing was done.\n"]);
});

it("erasures reapply refuses a folder that is not there", async () => {
  expect((await reapply(join(folder, "nothing"))).status).toBe(2);
});
