import { closingDefinition } from "../../infra/support/closingDefinition.ts";
import { functionBehind } from "../../infra/support/deployedMethods.ts";
import { at, type Resources } from "../../infra/support/synthesize.ts";
import { requireFunction } from "./deployedApi.ts";
import type { DeployedFunction } from "./deployment.ts";

type Task = { readonly payload: unknown; readonly worker: DeployedFunction };

const mostExecutions = 100;
const mostPages = 1_000;
const mostCallsForOneShard = 100;

/** Makes the state machine's two calls. The definition names the functions and the payloads. */
export class StateMachine {
  readonly #list: Task;
  readonly #close: Task;

  constructor(stack: Resources, functions: ReadonlyMap<string, DeployedFunction>) {
    const { States: states } = closingDefinition(stack);
    const map = Object.values(states).find((state) => at(state, "Type") === "Map");
    this.#list = taskAmong(stack, functions, states);
    this.#close = taskAmong(stack, functions, at(map, "ItemProcessor", "States"));
  }

  /** Does what the schedule does over time: it runs executions until one finds that nothing is due. */
  async closeAll(now: string): Promise<void> {
    for (let executions = 1; executions <= mostExecutions; executions += 1) {
      if ((await this.#execute(now)) === 0) return;
    }
    throw new Error(`Something was still due after ${mostExecutions} executions`);
  }

  /**
   * Runs one execution: it lists what is due page by page, and closes each page shard by shard. Answers the number of
   * shards.
   */
  async #execute(startedAt: string): Promise<number> {
    let resumeAfter: unknown = null;
    let shards = 0;
    for (let page = 1; page <= mostPages; page += 1) {
      const known = new Map([
        ["{% $states.context.Execution.StartTime %}", startedAt],
        ["{% $resumeAfter %}", resumeAfter],
      ]);
      const listed = await call(this.#list, known);
      const tasks = [at(listed, "tasks") ?? []].flat();
      for (const task of tasks) await this.#closeShard(task);
      shards += tasks.length;
      if (at(listed, "hasMore") !== true) return shards;
      resumeAfter = at(listed, "resumeAfter");
    }
    throw new Error(`Something was still listed after ${mostPages} pages`);
  }

  async #closeShard(task: unknown): Promise<void> {
    let state = task;
    for (let calls = 1; calls <= mostCallsForOneShard; calls += 1) {
      state = await call(this.#close, new Map([["{% $states.input %}", state]]));
      if (at(state, "isFinished") === true) return;
    }
    throw new Error(`A shard was not finished after ${mostCallsForOneShard} calls`);
  }
}

function taskAmong(stack: Resources, functions: ReadonlyMap<string, DeployedFunction>, states: unknown): Task {
  const [task, ...others] = Object.values(Object(states)).filter((state) => at(state, "Type") === "Task");
  if (task === undefined || others.length > 0) throw new Error("One state calls a function");
  const alias = String(at(task, "Arguments", "FunctionName"));
  const worker = requireFunction(functions, functionBehind(stack, { Ref: alias }));
  return { payload: at(task, "Arguments", "Payload"), worker };
}

function call({ payload, worker }: Task, known: ReadonlyMap<string, unknown>): Promise<unknown> {
  return worker.running.call(evaluated(payload, known));
}

/** The payload with its expressions replaced by their values. Throws for an expression that is not evaluated here. */
function evaluated(payload: unknown, known: ReadonlyMap<string, unknown>): unknown {
  if (typeof payload === "object" && payload !== null) {
    return Object.fromEntries(Object.entries(payload).map(([name, inner]) => [name, evaluated(inner, known)]));
  }
  if (typeof payload !== "string" || !payload.startsWith("{%")) return payload;
  if (!known.has(payload)) throw new Error(`${payload} is not evaluated here`);
  return known.get(payload);
}
