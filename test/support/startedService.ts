import { type ChildProcess, spawn } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compileCache } from "./compileCache.ts";
import { endWithUs } from "./guard.ts";
import { descendantsOf, killListed, listProcesses, type RunningProcess } from "./processes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const limitMilliseconds = 110_000;
const watchMilliseconds = 100;

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** `npm start` as a user runs it, in a process of its own. Its environment holds what is given, and the compile cache. */
export class StartedService {
  readonly #npm: ChildProcess;
  readonly #exit: Promise<Exit>;
  /**
   * Every process seen so far. A process that was left behind is no descendant any more, so it has to be remembered.
   */
  readonly #seen = new Map<number, RunningProcess>();
  #output = "";
  #errors = "";

  constructor(environment: Readonly<Record<string, string>>) {
    const { HOME = "/", PATH = "" } = process.env;
    // The process leads a group, as in a terminal. Ctrl-C then reaches all of the group and not the test run.
    this.#npm = spawn("npm", ["start"], {
      cwd: root,
      env: { HOME, PATH, ...compileCache, ...environment },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    endWithUs(this.#npm);
    this.#npm.stdout?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#npm.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#errors += text));
    const watch = setInterval(() => this.descendants(), watchMilliseconds);
    this.#npm.once("exit", () => clearInterval(watch));
    this.#exit = new Promise((resolve) => this.#npm.once("close", (code, signal) => resolve({ code, signal })));
  }

  get pid(): number {
    if (this.#npm.pid === undefined) throw new Error("npm was not started");
    return this.#npm.pid;
  }

  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  /** Resolves with the base URL when the service has printed it and the command that enrols. */
  async ready(): Promise<string> {
    const baseUrl = () => /^Milestreak is listening on (\S+)$/m.exec(this.#output)?.[1];
    // The welcome ends with that command. Only its last line names the route.
    await this.#until(() => baseUrl() !== undefined && /\/enroll\n/.test(this.#output), "say that it is listening");
    return baseUrl() ?? "";
  }

  /** The command to paste, as printed. */
  get printedCommand(): string {
    return /^curl (?:.*\\\n)*.*$/m.exec(this.#output)?.[0] ?? "";
  }

  /** All processes that npm has started, and those that they have started. */
  descendants(): RunningProcess[] {
    const processes = descendantsOf(this.pid);
    for (const one of processes) this.#seen.set(one.pid, one);
    return processes;
  }

  /** Every process that npm has ever started. Short-lived ones may be missing. */
  get seen(): readonly RunningProcess[] {
    return [...this.#seen.values()];
  }

  /** The processes seen that still run. */
  leftBehind(): RunningProcess[] {
    return listProcesses().filter(({ pid, name }) => this.#seen.get(pid)?.name === name);
  }

  /** The id of the service's own process, which is npm's child. */
  servicePid(): number {
    const [service] = this.descendants().filter(({ parent }) => parent === this.pid);
    if (service === undefined) throw new Error(`npm has no child:\n${this.#output}${this.#errors}`);
    return service.pid;
  }

  async exit(): Promise<Exit> {
    return withLimit(this.#exit, () => `npm start did not end:\n${this.#output}${this.#errors}`);
  }

  /** Ends everything that is left. Call it at the end of a test, whether it passed or failed. */
  async kill(): Promise<void> {
    this.descendants();
    const isNpmRunning = this.#npm.exitCode === null && this.#npm.signalCode === null;
    for (const one of this.leftBehind()) killListed(one);
    if (isNpmRunning) this.#npm.kill("SIGKILL");
    await this.#exit;
    await this.#untilNothingIsLeft();
  }

  /** A killed process goes on for a moment: the system gives back its memory and its files first. */
  async #untilNothingIsLeft(): Promise<void> {
    const end = Date.now() + limitMilliseconds;
    while (this.leftBehind().length > 0 && Date.now() < end) await setImmediate();
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    const told = new Promise<void>((resolve) => {
      const look = () => isSo() && resolve();
      this.#npm.stdout?.on("data", look);
      look();
    });
    const message = () => `npm start did not ${what}:\n${this.#output}${this.#errors}`;
    await withLimit(Promise.race([told, this.#exit]), message);
    if (!isSo()) throw new Error(message());
  }
}

async function withLimit<Value>(pending: Promise<Value>, message: () => string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message())), limitMilliseconds);
  });
  try {
    return await Promise.race([pending, late]);
  } finally {
    clearTimeout(timer);
  }
}
