import type { ShippedPackage } from "./shippedPackages.ts";

export const licencesFile = "docs/licences.md";

/** Licences that only demand that their text stays with a copy. */
const acceptedLicences: readonly string[] = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];

const tableHead = "| Package | Licence | Part of |\n|---|---|---|\n";

/** The document with the table of these packages in place of its own. */
export function withTable(document: string, packages: readonly ShippedPackage[]): string {
  const start = document.indexOf(tableHead) + tableHead.length;
  const end = document.indexOf("\n\n", start - 1);
  return `${document.slice(0, start)}${packages.map(rowOf).join("\n")}${document.slice(end)}`;
}

/**
 * The problems, each as a sentence. A package has a licence that nobody has accepted, or the document lacks it or has
 * it otherwise.
 */
export function licenceProblems(document: string, packages: readonly ShippedPackage[]): string[] {
  const rows = packages.map(rowOf);
  const listed = rowsOf(document);
  return [
    ...packages
      .filter(({ licence }) => !acceptedLicences.includes(licence))
      .map(
        ({ name, licence }) => `The licence of ${name} (${licence}) is none that scripts/licences/document.ts accepts.`,
      ),
    ...rows.filter((row) => !listed.includes(row)).map((row) => `${licencesFile} lacks "${row}": npm run licences.`),
    ...listed
      .filter((row) => !rows.includes(row))
      .map((row) => `${licencesFile} has "${row}", which is so no more: npm run licences.`),
  ];
}

function rowsOf(document: string): string[] {
  const [, table = ""] = document.split(tableHead);
  const [rows = ""] = table.split("\n\n");
  return rows.split("\n");
}

function rowOf({ name, licence, places }: ShippedPackage): string {
  return `| \`${name}\` | ${licence} | ${places.length === 0 ? "–" : places.join(", ")} |`;
}
