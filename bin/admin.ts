import { runAdmin } from "../admin/program.ts";

process.exitCode = await runAdmin(process.argv.slice(2), {
  result: (text) => process.stdout.write(text),
  problem: (text) => process.stderr.write(text),
  terminal: process.stderr.isTTY ? process.stderr : undefined,
});
