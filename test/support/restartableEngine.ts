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
 * Starts the engine behind a proxy. While the engine is stopped, the proxy hands nothing on, because the system may have
 * given the engine's port to another server.
 */
export async function startRestartableEngine(): Promise<RestartableEngine> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "milestreak-restart-"));
  let engine: Engine = await startEngine(dataDirectory);
  let isStopped = false;
  const proxy = await startLossyProxy(
    () => engine.endpoint,
    () => (isStopped ? { lose: "request" } : {}),
  );
  return {
    endpoint: proxy.endpoint,
    stop: async () => {
      await engine.stop();
      isStopped = true;
    },
    start: async () => {
      engine = await startEngine(dataDirectory);
      isStopped = false;
    },
    close: async () => {
      await proxy.close();
      await engine.stop();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
