import { mkdir, writeFile } from "node:fs/promises";
import { bundleConsole } from "../local/consoleBundle.ts";

/** `npm run console -- [API base URL]`: the console as static files, to be hosted. */
async function main([apiBaseUrl = "/v3"]: readonly string[]): Promise<void> {
  const folder = new URL("../build/console/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const files = await bundleConsole({ apiBaseUrl, local: null });
  for (const [name, content] of Object.entries(files)) await writeFile(new URL(name, folder), content);
  console.log(`The console is in build/console/, for the API at ${apiBaseUrl}`);
}

await main(process.argv.slice(2));
