import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { expectRefused } from "../support/envelopes.ts";
import { useService } from "../support/service.ts";
import { milestone, streak } from "../support/targetGroups.ts";

const service = useService();

const message = (name: string) =>
  new RegExp(`^Target group name already taken\\. This org has a target group named ${JSON.stringify(name)}; `);

describe("refuses with 310069", () => {
  it.each([
    ["the same name", "Coffee Club", "Coffee Club"],
    ["the same name in another case", "Coffee Club", "COFFEE cLUB"],
    ["the same name in another case, beyond ASCII", "Café Größe", "CAFÉ GRÖßE"],
    ["the same name composed otherwise", "Caf\u00e9", "Cafe\u0301"],
  ])("%s, and the group that has it stays as it was", async (_, first, second) => {
    const org = await service.newOrg();
    const { groupId } = await org.createGroup(milestone({ name: first }));
    const before = (await org.reader.get(`/targetGroups/${groupId}`)).body;
    expectRefused(await org.admin.post("/targetGroups", streak({ name: second })), 400, 310069, message(second));
    expect((await org.reader.get(`/targetGroups/${groupId}`)).body).toEqual(before);
    expect((await org.reader.get("/targetGroups")).body.data).toHaveLength(1);
  });

  it("the name of an inactive group", async () => {
    const org = await service.newOrg();
    await org.createGroup(milestone({ name: "Retired", active: false }));
    expectRefused(
      await org.admin.post("/targetGroups", milestone({ name: "retired" })),
      400,
      310069,
      message("retired"),
    );
  });

  it("all but one of ten simultaneous creations, each in a case of its own", async () => {
    const org = await service.newOrg();
    const names = Array.from(
      { length: 10 },
      (_, index) => `milestone-${"abcdefghij".slice(0, index).toUpperCase()}${"abcdefghij".slice(index)}`,
    );
    const answers = await Promise.all(names.map((name) => org.admin.post("/targetGroups", milestone({ name }))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 9 }, () => 400)]);
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 400) expectRefused(answer, 400, 310069, message(names[index] ?? ""));
    }
    expect((await org.reader.get("/targetGroups")).body.data).toHaveLength(1);
  });

  it("one of two simultaneous creations of one name, however often that is tried", async () => {
    const org = await service.newOrg();
    for (let round = 1; round <= 10; round += 1) {
      const body = milestone({ name: `Round ${round}` });
      const answers = await Promise.all([org.admin.post("/targetGroups", body), org.admin.post("/targetGroups", body)]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400]);
      const loser = answers.find(({ status }) => status === 400);
      if (loser !== undefined) expectRefused(loser, 400, 310069, message(`Round ${round}`));
    }
  });
});

describe("does not refuse", () => {
  it("a name another org has", async () => {
    const [org, other] = [await service.newOrg(), await service.newOrg()];
    const name = `Shared ${randomUUID()}`;
    expect((await other.admin.post("/targetGroups", milestone({ name }))).status).toBe(201);
    expect((await org.admin.post("/targetGroups", milestone({ name }))).status).toBe(201);
  });

  it("a name that differs in more than case", async () => {
    const org = await service.newOrg();
    expect((await org.admin.post("/targetGroups", milestone({ name: "Coffee" }))).status).toBe(201);
    expect((await org.admin.post("/targetGroups", milestone({ name: "Coffee 2" }))).status).toBe(201);
  });

  it("a name whose earlier creation was refused", async () => {
    const org = await service.newOrg();
    expectRefused(
      await org.admin.post("/targetGroups", milestone({ name: "Again", periods: [] })),
      400,
      300004,
      /^Invalid input\. periods /,
    );
    expect((await org.admin.post("/targetGroups", milestone({ name: "Again" }))).status).toBe(201);
  });
});
