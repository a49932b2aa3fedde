import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, startEngine } from "../../local/engine.ts";
import { startLossyProxy } from "./lossyProxy.ts";

/** An engine that only one test uses. It keeps its data when it is stopped. */
export type RestartableEngine = {
  /** The address, which stays the same. While the engine is stopped, connections to it are closed without an answer. */
  readonly endpoint: string;
  /** Stops the engine and cuts off the requests that are under way. Resolves when the engine's process has ended. */
  readonly stop: () => Promise<void>;
  /** Starts a new process with the data of the old one. Resolves when the process answers. */
  readonly start: () => Promise<void>;
  /** Stops the engine for good and deletes its data. */
  readonly close: () => Promise<void>;
};

/**
 * Starts the engine behind a proxy. While the engine is stopped, its own port could be taken, because attempts to
 * connect to it need ports from the same range.
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
