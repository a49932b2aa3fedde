import { describe, expect, it } from "vitest";
import {
  client,
  expectFree,
  expectGone,
  hadEngine,
  limits,
  start,
  startOnOwnPort,
  useStarts,
} from "../support/starts.ts";

useStarts();

describe("stopping", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s to the service leaves no process and frees the port",
    async (signal) => {
      const { service, port } = await startOnOwnPort();
      expect(service.descendants()).toHaveLength(2);
      process.kill(service.servicePid(), signal);
      expect(await service.exit()).toEqual({ code: 0, signal: null });
      await expectGone(service);
      await expectFree(port);
    },
  );

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "by %s to npm alone leaves no process and frees the port",
    async (signal) => {
      const { service, port } = await startOnOwnPort();
      expect(service.descendants()).toHaveLength(2);
      process.kill(service.pid, signal);
      await expectGone(service);
      await expectFree(port);
    },
  );

  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s while the engine is still starting leaves no process",
    async (signal) => {
      const service = start({ PORT: "0" });
      await expect.poll(() => hadEngine(service), limits).toBe(true);
      process.kill(service.servicePid(), signal);
      expect(await service.exit()).toEqual({ code: 0, signal: null });
      await expectGone(service);
    },
  );

  it("while a client keeps its connection open does not wait for the client", async () => {
    const service = start({ PORT: "0" });
    const baseUrl = await service.ready();
    // The client's pool keeps the connection alive after the answer.
    expect((await client(baseUrl, "demo-reader").get("/targetGroups")).status).toBe(200);
    process.kill(service.servicePid(), "SIGTERM");
    expect(await service.exit()).toEqual({ code: 0, signal: null });
  });
});
