import { afterAll, beforeAll, expect, it } from "vitest";
import { ApiClient } from "../support/apiClient.ts";
import { expectAccepted } from "../support/envelopes.ts";
import { StartedService } from "../support/startedService.ts";

let service: StartedService;
let baseUrl: string;

beforeAll(async () => {
  service = new StartedService({ PORT: "0" });
  baseUrl = await service.ready();
});

afterAll(() => service.kill());

it("npm start tells of an enrolment at GET /local/events and on the console, and has it in the customer's history", async () => {
  const [, customerId] = /"customerId": (\d+)/.exec(service.printedCommand) ?? [];
  const [, path, targetId] = /v3(\/targetGroups\/\d+\/targets\/(\d+)\/enroll)/.exec(service.printedCommand) ?? [];
  const till = new ApiClient(baseUrl, { username: "demo-till", secret: "demo-secret" });
  expectAccepted(await till.post(path ?? "", [{ customerId: Number(customerId) }]), Number(customerId));

  const answer = await fetch(new URL(`/local/events?customerId=${customerId}`, baseUrl));
  const eventId = `100#${customerId}#enrollment#${targetId}#1#targetCustomerEnrolment#0`;
  expect(await answer.json()).toMatchObject({
    data: {
      events: [{ "detail-type": "targetCustomerEnrolment", detail: { eventId, customerId: Number(customerId) } }],
    },
  });
  const line = `Event targetCustomerEnrolment: customer ${customerId}, target ${targetId}`;
  await expect.poll(() => service.output, { timeout: 30_000 }).toContain(line);

  const history = await till.get(`/users/${customerId}/trackedTargetEvents/${targetId}`);
  expect(history.body.data).toMatchObject([{ eventName: "ENROL", value: 0, achievedValue: 0 }]);
});
