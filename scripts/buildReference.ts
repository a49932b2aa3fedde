import { mkdir, readFile, writeFile } from "node:fs/promises";
import { readReference } from "../local/referenceFiles.ts";

/** Stands for an API address that was not given. The page lets its reader change it. */
const placeholderUrl = "https://api.example.com/v3";

/** `npm run docs -- [API base URL]`: the reference page as static files, to be hosted. */
async function main([serverUrl = placeholderUrl]: readonly string[]): Promise<void> {
  const folder = new URL("../build/docs/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const document = await readFile(new URL("../docs/openapi.json", import.meta.url), "utf8");
  const files = await readReference({ serverUrl, credential: null }, document);
  for (const [name, content] of Object.entries(files)) await writeFile(new URL(name, folder), content);
  console.log(`The reference page is in build/docs/, for the API at ${serverUrl}`);
}

await main(process.argv.slice(2));
