import { expect } from "vitest";
import { tokenPlaceholder } from "./documentRun.ts";
import type { CommandBlock } from "./markdown.ts";
import type { CommandOutcome } from "./shellSession.ts";

type Run = (command: string) => Promise<CommandOutcome>;

/** Expects that each command of the block succeeds, and that together they print what the document shows below it. */
export async function expectBlock(block: CommandBlock, run: Run): Promise<void> {
  const where = `${block.file}:${block.line}`;
  const printed = async () => squeezed(await expectSuccess(block, run));
  if (block.answer === undefined) expect(await printed(), where).not.toContain('"errors":[{');
  else if (!isReadOnly(block)) expect(await printed(), where).toMatch(asShown(block.answer));
  // History and notifications take a moment to follow, so what reads them is tried again.
  else await expect.poll(printed, { message: where, timeout: patienceMilliseconds }).toMatch(asShown(block.answer));
}

const patienceMilliseconds = 20_000;

async function expectSuccess({ file, line, commands }: CommandBlock, run: Run): Promise<string[]> {
  const outputs: string[] = [];
  for (const command of commands) {
    const { status, stdout, stderr } = await run(command);
    const problem = status === 0 ? undefined : { stdout, stderr };
    expect({ command, status, problem }, `${file}:${line}`).toEqual({ command, status: 0, problem: undefined });
    outputs.push(stdout);
  }
  return outputs;
}

/** Whether the block only reads, so that it can be run again. */
function isReadOnly({ commands }: CommandBlock): boolean {
  return commands.every((command) => !/ -d |--data| -X |^[A-Z]+=|npm |\(\) \{/.test(command));
}

/** The outputs as one text, without the lines that npm adds. */
function squeezed(outputs: readonly string[]): string {
  return withoutSpace(outputs.join("").replaceAll(/^> .*\n/gm, ""));
}

/**
 * The text without white space, because documents wrap long lines. Durations and rates are left out too, because they
 * depend on the machine.
 */
function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, "").replaceAll(/in\d+s,[\d.]+\/s/g, "");
}

/** The pattern of a shown answer. "…" stands for anything, and so does a token, because each run has another one. */
function asShown(answer: string): RegExp {
  const parts = withoutSpace(answer).replaceAll(tokenPlaceholder, "…").split("…");
  return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join(".*")}$`);
}
