import { expect } from "vitest";
import type { TestService } from "./service.ts";

const readCommands: ReadonlySet<string> = new Set(["GetItem", "Query"]);

/** Makes the calls. Fails when they send anything but reads to the engine. */
export async function withoutWriting<Answer>(service: TestService, call: () => Promise<Answer>): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const requests = await service.recorder.during(async () => resolve(await call()));
  expect(requests.filter(({ command }) => !readCommands.has(command))).toEqual([]);
  return promise;
}
