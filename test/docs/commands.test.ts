import { readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { commandsNotRun, type NotRun } from "../support/docs/commandsNotRun.ts";
import { DocumentRun } from "../support/docs/documentRun.ts";
import { expectBlock } from "../support/docs/expectBlock.ts";
import { type CommandBlock, documentFiles, readCommandBlocks } from "../support/docs/markdown.ts";
import { makeScratchCopy } from "../support/docs/scratchCopy.ts";

/** Starting a service and running some dozens of commands takes time on a machine that does other things too. */
const timeoutMilliseconds = 1_800_000;

const documents = documentFiles
  .map((file) => ({ file, blocks: readCommandBlocks(file) }))
  .filter(({ blocks }) => blocks.length > 0);
const allCommands = documents.flatMap(({ blocks }) => blocks.flatMap(({ commands }) => commands));
const usesService = /127\.0\.0\.1:300|https:\/\/…|--local|--table <TableName>|npm run (sam|close-cycles)/;

function exceptionFor(command: string): NotRun | undefined {
  return commandsNotRun.find((each) => each.command.test(command));
}

function isRunAsWritten({ commands }: CommandBlock): boolean {
  return commands.every((command) => exceptionFor(command) === undefined);
}

/** The block without its answer. A command that is not run prints nothing that could be compared. */
function withoutAnswer(block: CommandBlock): CommandBlock {
  return { ...block, answer: undefined };
}

let copy: string;
beforeAll(() => {
  copy = makeScratchCopy();
});
afterAll(() => rmSync(copy, { recursive: true }));

describe("the commands of", () => {
  it.each(documents)(
    "$file succeed in their order, and print what is shown",
    async ({ blocks }) => {
      const needsService = blocks.some(({ commands }) => commands.some((command) => usesService.test(command)));
      const document = await DocumentRun.start(copy, needsService);
      const run = async (command: string) => {
        const exception = exceptionFor(command);
        if (exception === undefined) return document.run(command);
        const checked = await exception.check(command, { copy, run: (other) => document.run(other) });
        return checked ?? { status: 0, stdout: "", stderr: "" };
      };
      try {
        for (const block of blocks) await expectBlock(isRunAsWritten(block) ? block : withoutAnswer(block), run);
      } finally {
        await document.end();
      }
    },
    timeoutMilliseconds,
  );
});

describe("the documents", () => {
  it("with commands are exactly the known ones", () => {
    expect(documents.map(({ file }) => file)).toEqual(
      expect.arrayContaining(["README.md", "docs/access.md", "docs/deploy.md", "docs/guides/walkthrough.md"]),
    );
  });

  it.each(commandsNotRun)("have a command like $command, which is not run: $reason", ({ command }) => {
    expect(allCommands.some((each) => command.test(each))).toBe(true);
  });

  it.each(documentFiles)("name in %s only scripts that package.json has", (file) => {
    const named = [...readFileSync(file, "utf8").matchAll(/\bnpm run (?:--?[a-z]+ )*([a-z][a-z:-]*)/g)];
    const unknown = named.map(([, script = ""]) => script).filter((script) => !(script in packageJson.scripts));
    expect(unknown).toEqual([]);
  });
});
