import ts from "typescript";

/** A regular expression of a source file, and where it is. */
export type FoundExpression = {
  /** `file:line`. */
  readonly at: string;
  /** The expression as written. The list of known ones names it by this text. */
  readonly text: string;
  /** Source and flags; `undefined` when they are built at run time. */
  readonly parts: { readonly source: string; readonly flags: string } | undefined;
};

/** Every regular expression of a source: literals, calls of `RegExp`, and the patterns of JSON schemas. */
export function expressionsIn(file: string, code: string): FoundExpression[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const found: FoundExpression[] = [];
  const visit = (node: ts.Node): void => {
    const parts = partsOf(node);
    const at = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (parts !== undefined) found.push({ at, text: node.getText(), parts: parts === "dynamic" ? undefined : parts });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

type Parts = NonNullable<FoundExpression["parts"]>;

function partsOf(node: ts.Node): Parts | "dynamic" | undefined {
  if (ts.isRegularExpressionLiteral(node)) return partsOfLiteral(node.text);
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) return partsOfCall(node);
  if (ts.isVariableDeclaration(node)) return partsOfNamed(node);
  return ts.isPropertyAssignment(node) ? partsOfSchema(node) : undefined;
}

/** A text whose name says that it becomes an expression elsewhere. */
function partsOfNamed({ name, initializer }: ts.VariableDeclaration): Parts | undefined {
  const isExpression = initializer !== undefined && ts.isStringLiteralLike(initializer);
  return isExpression && /(Pattern|Expression)$/.test(name.getText())
    ? { source: initializer.text, flags: "" }
    : undefined;
}

function partsOfLiteral(text: string): Parts {
  const end = text.lastIndexOf("/");
  return { source: text.slice(1, end), flags: text.slice(end + 1) };
}

function partsOfCall({ expression, arguments: given }: ts.NewExpression | ts.CallExpression) {
  const [pattern, flags] = given ?? [];
  if (expression.getText() !== "RegExp" || pattern === undefined) return undefined;
  // A literal that is passed on is found as a literal anyway.
  if (ts.isRegularExpressionLiteral(pattern)) return undefined;
  if (!ts.isStringLiteralLike(pattern)) return "dynamic";
  return { source: pattern.text, flags: flags !== undefined && ts.isStringLiteralLike(flags) ? flags.text : "" };
}

/** Ajv compiles each `pattern` with the flag `u`. */
function partsOfSchema({ name, initializer }: ts.PropertyAssignment): Parts | undefined {
  const isPattern = name.getText() === "pattern" && ts.isStringLiteralLike(initializer);
  return isPattern ? { source: initializer.text, flags: "u" } : undefined;
}
