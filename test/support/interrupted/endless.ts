import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { ShellSession } from "../docs/shellSession.ts";
import { startRestartableEngine } from "../restartableEngine.ts";
import { StartedService } from "../startedService.ts";

it("starts whatever tests start, says so and waits for its end", async () => {
  const engine = await startRestartableEngine();
  const service = new StartedService({ PORT: "0" });
  await service.ready();
  const shell = new ShellSession(tmpdir(), {});
  await shell.run("tail -f /dev/null &");
  expect(engine.endpoint).toContain("127.0.0.1");
  const file = process.env["STARTED_FILE"];
  if (file === undefined) throw new Error("STARTED_FILE names the file that says that everything has started");
  writeFileSync(file, "");
  await new Promise(() => undefined);
});
