import { globSync, readFileSync } from "node:fs";

/** A fenced block of commands in a document. */
export type CommandBlock = {
  readonly file: string;
  /** The line number of the first command, counted from 1. */
  readonly line: number;
  readonly commands: readonly string[];
  /** The fence right below the block, if there is one. It shows what the commands print, with long lines wrapped. */
  readonly answer: string | undefined;
};

/** Every document that a reader may follow. Decisions are left out, because they have no commands. */
export const documentFiles: readonly string[] = globSync(["*.md", "bench/**/*.md", "docs/**/*.md"])
  .filter((file) => !file.startsWith("docs/decisions/"))
  .toSorted();

const fence = /^```(\w*)$/;

/** The `sh` blocks of a document, in their order. */
export function readCommandBlocks(file: string): CommandBlock[] {
  const fences = readFences(readFileSync(file, "utf8").split("\n"));
  return fences.flatMap((block, index) => {
    if (block.language !== "sh") return [];
    const next = fences[index + 1];
    const isAnswer = next !== undefined && next.language !== "sh" && next.firstLine === block.endLine + 1;
    return [
      {
        file,
        line: block.firstLine + 2,
        commands: splitCommands(block.lines),
        answer: isAnswer ? next.lines.join("\n") : undefined,
      },
    ];
  });
}

type Fence = {
  readonly language: string;
  readonly firstLine: number;
  readonly endLine: number;
  readonly lines: readonly string[];
};

function readFences(lines: readonly string[]): Fence[] {
  const fences: Fence[] = [];
  let open: { readonly language: string; readonly firstLine: number } | undefined;
  for (const [number, line] of lines.entries()) {
    const [, language] = fence.exec(line.trim()) ?? [];
    if (language === undefined) continue;
    if (open === undefined) open = { language, firstLine: number };
    else {
      fences.push({ ...open, endLine: number, lines: outdented(lines.slice(open.firstLine + 1, number)) });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`A fence is not closed, of line ${open.firstLine + 1}`);
  return fences;
}

/** The lines without the indentation that a list gives its blocks. */
function outdented(lines: readonly string[]): string[] {
  const indent = /^ */.exec(lines[0] ?? "")?.[0].length ?? 0;
  return lines.map((line) => (line.slice(0, indent).trim() === "" ? line.slice(indent) : line));
}

/**
 * Splits a block into commands. A command goes on over lines that end with a backslash or within quotes. Comments are
 * left out.
 */
function splitCommands(lines: readonly string[]): string[] {
  const commands: string[] = [];
  let pending: string[] = [];
  for (const line of lines) {
    if (pending.length === 0 && (line.trim() === "" || line.startsWith("#"))) continue;
    pending.push(line);
    const text = pending.join("\n");
    if (text.endsWith("\\") || isQuoteOpen(text)) continue;
    commands.push(text);
    pending = [];
  }
  if (pending.length > 0) throw new Error(`A command does not end: ${pending.join("\n")}`);
  return commands;
}

function isQuoteOpen(text: string): boolean {
  let open = "";
  for (const character of text.replaceAll(/\\["\\]/g, "")) {
    if (open === "" && (character === "'" || character === '"')) open = character;
    else if (character === open) open = "";
  }
  return open !== "";
}
