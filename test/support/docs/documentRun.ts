import { StartedService } from "../startedService.ts";
import { type CommandOutcome, ShellSession } from "./shellSession.ts";

/** The placeholder that documents write for a secret, because each run has another one. */
const secretPlaceholder = "<secret>";
export const tokenPlaceholder = "YptF…";

/** Runs a document's commands in their order, in one shell, with a fresh `npm start` to talk to. */
export class DocumentRun {
  readonly #shell: ShellSession;
  readonly #service: StartedService | undefined;
  readonly #host: string;
  /** Values that earlier commands printed. Later commands have placeholders for them. */
  readonly #printed = new Map<string, string>();

  private constructor(shell: ShellSession, service: StartedService | undefined, host: string) {
    this.#shell = shell;
    this.#service = service;
    this.#host = host;
  }

  static async start(copy: string, needsService: boolean): Promise<DocumentRun> {
    const service = needsService ? new StartedService({ PORT: "0" }) : undefined;
    const baseUrl = await service?.ready();
    const { host, port } = new URL(baseUrl ?? "http://127.0.0.1:9");
    const { HOME = "/", PATH = "" } = process.env;
    // The commands of npm find the service by this port.
    return new DocumentRun(new ShellSession(copy, { HOME, PATH, PORT: port }), service, host);
  }

  async end(): Promise<void> {
    this.#shell.end();
    await this.#service?.kill();
  }

  /**
   * Runs the command. This service's address and the values printed before take the places of those in the document.
   */
  async run(command: string): Promise<CommandOutcome> {
    const outcome = await this.#shell.run(this.#substituted(command));
    this.#remember(outcome.stdout);
    return outcome;
  }

  #substituted(command: string): string {
    let text = command
      .replaceAll(/https:\/\/…(?:\.execute-api\.[a-z0-9-]+\.amazonaws\.com)?\//g, `http://${this.#host}/`)
      .replaceAll(/127\.0\.0\.1:300[01]/g, this.#host);
    for (const [placeholder, value] of this.#printed) text = text.replaceAll(placeholder, value);
    return text;
  }

  #remember(output: string): void {
    const secret = /^ {2}secret {4}(\S+)$/m.exec(output)?.[1];
    const token = /"access_?[tT]oken":"([^"]+)"/.exec(output)?.[1];
    if (secret !== undefined) this.#printed.set(secretPlaceholder, secret);
    if (token !== undefined) this.#printed.set(tokenPlaceholder, token);
  }
}
