import { expect } from "vitest";
import { tokenPlaceholder } from "./documentRun.ts";
import type { CommandBlock } from "./markdown.ts";
import type { CommandOutcome } from "./shellSession.ts";

type Run = (command: string) => Promise<CommandOutcome>;

/** Each command of the block succeeds, and together they print what the document shows below it. */
export async function expectBlock(block: CommandBlock, run: Run): Promise<void> {
  const where = `${block.file}:${block.line}`;
  const printed = async () => squeezed(await expectSuccess(block, run));
  if (block.answer === undefined) expect(await printed(), where).not.toContain('"errors":[{');
  else if (!isReadOnly(block)) expect(await printed(), where).toMatch(asShown(block.answer));
  // History and events follow what happened.
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

/** Such a block can be run again. */
function isReadOnly({ commands }: CommandBlock): boolean {
  return commands.every((command) => !/ -d |--data| -X |^[A-Z]+=|npm |\(\) \{/.test(command));
}

/** Without what npm says itself. */
function squeezed(outputs: readonly string[]): string {
  return withoutSpace(outputs.join("").replaceAll(/^> .*\n/gm, ""));
}

/** Documents wrap what is printed in one line. How long it took, and so how fast it was, is the machine's. */
function withoutSpace(text: string): string {
  return text.replaceAll(/\s/g, "").replaceAll(/in\d+s,[\d.]+\/s/g, "");
}

/** "…" in a document stands for anything, and so does a token, which is another one each time. */
function asShown(answer: string): RegExp {
  const parts = withoutSpace(answer).replaceAll(tokenPlaceholder, "…").split("…");
  return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join(".*")}$`);
}
