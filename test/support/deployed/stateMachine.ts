import { closingDefinition } from "../../infra/support/closingDefinition.ts";
import { functionBehind } from "../../infra/support/deployedMethods.ts";
import { at, type Resources } from "../../infra/support/synthesize.ts";
import { requireFunction } from "./deployedApi.ts";
import type { DeployedFunction } from "./deployment.ts";

type Task = { readonly payload: unknown; readonly worker: DeployedFunction };

const mostExecutions = 100;
const mostPages = 1_000;
const mostCallsForOneShard = 100;

/**
 * The calls of the two state machines, by the functions and with the payloads that their definitions give them.
 */
export class StateMachine {
  readonly #look: Task;
  readonly #list: Task;
  readonly #listEachShard: Task;
  readonly #close: Task;
  /** What the function has asked to record outside the table, in order. The store itself is not played. */
  readonly recorded: unknown[] = [];

  constructor(stack: Resources, functions: ReadonlyMap<string, DeployedFunction>) {
    const { States: looking } = closingDefinition(stack, "EXPRESS");
    const { States: closing } = closingDefinition(stack, "STANDARD");
    this.#look = taskOf(stack, functions, looking.ListDueCycles);
    this.#list = taskOf(stack, functions, closing.ListDueCycles);
    this.#listEachShard = taskOf(stack, functions, closing.ListEachShard);
    this.#close = taskOf(stack, functions, at(closing.CloseShards, "ItemProcessor", "States", "CloseShard"));
  }

  /** What the schedule does in the end: looks until one finds that nothing is due. */
  async closeAll(now: string): Promise<void> {
    for (let looks = 1; looks <= mostExecutions; looks += 1) {
      if ((await this.#execute(now)) === 0) return;
    }
    throw new Error(`Something was still due after ${mostExecutions} looks`);
  }

  /** One look and what it starts. Answers how many tasks there were. */
  async #execute(startedAt: string): Promise<number> {
    let count = 0;
    let position: unknown = null;
    for (let page = 1; page <= mostPages; page += 1) {
      const given = page === 1 ? lookingFrom(startedAt, position) : closingFrom(startedAt, position, position);
      const listed = await call(page === 1 ? this.#look : this.#list, given);
      const tasks = tasksIn(listed);
      count += tasks.length;
      const left = await this.#closeAll(tasks);
      const rest = left === 0 ? listed : await this.#closeEachShard(startedAt, position);
      position = at(rest, "resumeAfter") ?? null;
      if (position === null) return count;
    }
    throw new Error(`Something was still listed after ${mostPages} pages`);
  }

  async #closeEachShard(startedAt: string, listedAt: unknown): Promise<unknown> {
    const listed = await call(this.#listEachShard, closingFrom(startedAt, null, listedAt));
    await this.#closeAll(tasksIn(listed));
    return listed;
  }

  /** Answers how many shards were handed back. */
  async #closeAll(tasks: readonly unknown[]): Promise<number> {
    let left = 0;
    for (const task of tasks) left += await this.#closeTask(task);
    return left;
  }

  async #closeTask(task: unknown): Promise<number> {
    let state = task;
    for (let calls = 1; calls <= mostCallsForOneShard; calls += 1) {
      const answer = await call(this.#close, new Map([["{% $states.input %}", state]]));
      const left = [at(answer, "left") ?? []].flat();
      this.recorded.push(...[at(answer, "record") ?? []].flat());
      if (left.length !== 1) return left.length;
      [state] = left;
    }
    throw new Error(`A shard was not finished after ${mostCallsForOneShard} calls`);
  }
}

function lookingFrom(startedAt: string, position: unknown): Map<string, unknown> {
  return new Map([
    ["{% $states.context.Execution.StartTime %}", startedAt],
    ["{% $at %}", position],
  ]);
}

function closingFrom(startedAt: string, resumeAfter: unknown, listedAt: unknown): Map<string, unknown> {
  return new Map([
    ["{% $now %}", startedAt],
    ["{% $resumeAfter %}", resumeAfter],
    ["{% $listedAt %}", listedAt],
  ]);
}

function tasksIn(listed: unknown): unknown[] {
  return [at(listed, "tasks") ?? []].flat();
}

function taskOf(stack: Resources, functions: ReadonlyMap<string, DeployedFunction>, state: unknown): Task {
  const alias = String(at(state, "Arguments", "FunctionName"));
  const worker = requireFunction(functions, functionBehind(stack, { Ref: alias }));
  return { payload: at(state, "Arguments", "Payload"), worker };
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
