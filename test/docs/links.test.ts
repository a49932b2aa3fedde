import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const files = globSync(["*.md", "bench/**/*.md", "docs/**/*.md"]).toSorted();

type Link = { readonly path: string; readonly anchor: string | undefined };

/** The document's links to this project's own files, outside fences. */
function linksOf(file: string): Link[] {
  const targets = [...withoutFences(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      return { path: path === "" ? file : normalize(join(dirname(file), path)), anchor };
    });
}

function withoutFences(file: string): string {
  return readFileSync(file, "utf8").replaceAll(/^ *```[\s\S]*?^ *```/gm, "");
}

/** The anchors that hosts of repositories make of headings. */
function anchorsOf(file: string): Set<string> {
  const headings = [...withoutFences(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function isBroken({ path, anchor }: Link): boolean {
  if (!existsSync(path)) return true;
  if (anchor === undefined || statSync(path).isDirectory()) return false;
  return !anchorsOf(path).has(anchor);
}

it.each(files)("%s links to files and headings that are there", (file) => {
  const broken = linksOf(file).filter(isBroken);
  expect(broken).toEqual([]);
});

it("docs/README.md lists every decision, in order", () => {
  const listed = linksOf("docs/README.md").filter(({ path }) => path.startsWith("docs/decisions/"));
  expect(listed.map(({ path }) => path)).toEqual(globSync("docs/decisions/*.md").toSorted());
});

it("docs/README.md lists every document below docs", () => {
  const listed = linksOf("docs/README.md").map(({ path }) => path);
  const documents = globSync("docs/**/*.md").filter((file) => file !== "docs/README.md");
  expect(listed).toEqual(expect.arrayContaining(documents));
});

it("links are found at all", () => {
  expect(linksOf("README.md")).toContainEqual({ path: "docs/deploy.md", anchor: undefined });
  expect(isBroken({ path: "docs/errors.md", anchor: "310119" })).toBe(false);
  expect(isBroken({ path: "docs/errors.md", anchor: "310118" })).toBe(true);
});
