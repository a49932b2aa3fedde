import { readFile, writeFile } from "node:fs/promises";
import { licenceProblems, licencesFile, withTable } from "./licences/document.ts";
import { shippedPackages } from "./licences/shippedPackages.ts";

/**
 * `npm run licences`: writes the table of docs/licences.md. It fails when the table has a licence that is not accepted.
 */
async function main(): Promise<void> {
  const packages = await shippedPackages();
  const document = withTable(await readFile(licencesFile, "utf8"), packages);
  await writeFile(licencesFile, document);
  const problems = licenceProblems(document, packages);
  for (const problem of problems) console.error(problem);
  console.log(`${licencesFile} lists ${packages.length} packages`);
  if (problems.length > 0) process.exitCode = 1;
}

await main();
