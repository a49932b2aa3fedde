import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, startEngine } from "../../local/engine.ts";
import { startLossyProxy } from "./lossyProxy.ts";

/** An engine of a test's own that keeps its data when it is stopped. */
export type RestartableEngine = {
  /** Stays the same; while the engine is stopped, connections to it are closed without an answer. */
  readonly endpoint: string;
  /** Cuts off what is under way. Resolves when the engine's process has ended. */
  readonly stop: () => Promise<void>;
  /** Resolves when a new process answers with the data of the one before. */
  readonly start: () => Promise<void>;
  /** Ends it for good and deletes its data. */
  readonly close: () => Promise<void>;
};

/**
 * Behind a proxy, because a port of its own could be taken while it is stopped: the attempts to connect to it need
 * ports too, from the same range.
 */
export async function startRestartableEngine(): Promise<RestartableEngine> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "milestreak-restart-"));
  let engine: Engine = await startEngine(dataDirectory);
  const proxy = await startLossyProxy(() => engine.endpoint);
  return {
    endpoint: proxy.endpoint,
    stop: () => engine.stop(),
    start: async () => {
      engine = await startEngine(dataDirectory);
    },
    close: async () => {
      await proxy.close();
      await engine.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
