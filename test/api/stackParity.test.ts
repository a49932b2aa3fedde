import { describe, expect, it } from "vitest";
import { deployedMethods } from "../infra/support/deployedMethods.ts";
import { synthesize } from "../infra/support/synthesize.ts";
import { useService } from "../support/service.ts";

const service = useService();
const deployed = deployedMethods(synthesize()).map(({ name }) => name);
const paths = [...new Set(deployed.map((name) => name.slice(name.indexOf(" ") + 1)))];
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const everyPair = paths.flatMap((path) => methods.map((method) => `${method} ${path}`));

async function statusOf(pair: string): Promise<number> {
  const [method = "", path = ""] = pair.split(" ");
  const concrete = path.replaceAll(/\{\w+\}/g, "1");
  return (await service.anonymous.send(method, concrete, method === "GET" ? undefined : "{}")).status;
}

describe("the local gateway", () => {
  it.each(deployed)("answers the synthesized template's %s", async (pair) => {
    expect(await statusOf(pair)).not.toBe(404);
  });

  it.each(everyPair.filter((pair) => !deployed.includes(pair)))(
    "does not answer %s, which the template lacks: 404",
    async (pair) => {
      expect(await statusOf(pair)).toBe(404);
    },
  );
});
