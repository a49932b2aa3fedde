import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Copies the project as it stands, without what git ignores. A command may change the copy in any way. */
export function makeScratchCopy(): string {
  const copy = mkdtempSync(join(tmpdir(), "milestreak-docs-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]);
  const deleted = new Set(execFileSync("git", ["ls-files", "-z", "--deleted"]).toString().split("\0"));
  for (const file of listed.toString().split("\0")) {
    if (file === "" || deleted.has(file)) continue;
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    cpSync(file, join(copy, file));
  }
  symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
  return copy;
}
