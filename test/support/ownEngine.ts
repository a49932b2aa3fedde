import { afterAll, beforeAll } from "vitest";
import { type Engine, startEngine } from "../../local/engine.ts";

/**
 * An engine that only one test file uses, from before its first test until after its last. Call it once at the top of the
 * file, before hooks that ask for the endpoint. The deployed functions give an engine a second for an attempt, and the
 * engines of the run become slower the more they hold.
 */
export function useOwnEngine(): () => string {
  let engine: Engine | undefined;
  beforeAll(async () => {
    engine = await startEngine(undefined);
  });
  afterAll(() => engine?.stop());
  return () => {
    if (engine === undefined) throw new Error("The engine runs only while tests run");
    return engine.endpoint;
  };
}
