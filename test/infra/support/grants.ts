type Grant = {
  readonly actions: readonly string[];
  readonly partitions: { readonly like: string | readonly string[]; readonly except?: string };
};

/** The grants of functions, by the function's name. */
export type Grants = Readonly<Record<string, readonly Grant[]>>;

/**
 * The content of the file that `npm run record:grants` writes: the grants that the functions of a release needed, and
 * those they had besides.
 */
export type Release = { readonly version: string; readonly needed: Grants; readonly retiring: Grants };

/**
 * A sentence for each action that a function of the release needed and does not have now. A function that is gone takes
 * its role with it, after nothing calls it any more.
 */
export function lostGrants({ version, needed }: Release, now: Grants): string[] {
  return singles(needed)
    .filter(({ name, grant }) => name in now && !isCovered(grant, now[name]))
    .map(
      ({ name, grant }) =>
        `${name} may no longer ${describeGrant(grant)}, but its version of release ${version} goes on doing so while a deployment is under way: move the grant to retiringGrants for one release.`,
    );
}

/**
 * A sentence for each retiring action that the release did not need, so that no version before the next one needs it.
 * What the release itself retired is in order until the next version has its number.
 */
export function overdueGrants({ version, needed }: Release, retiring: Grants, nextVersion: string): string[] {
  if (nextVersion === version) return [];
  return singles(retiring)
    .filter(({ name, grant }) => !isCovered(grant, needed[name]))
    .map(
      ({ name, grant }) =>
        `${name} need no longer ${describeGrant(grant)}, as its version of release ${version} does not: take the grant out of retiringGrants.`,
    );
}

type Single = { readonly name: string; readonly grant: Grant };

function singles(grants: Grants): Single[] {
  return Object.entries(grants).flatMap(([name, list]) =>
    list.flatMap(({ actions, partitions }) =>
      actions.map((action) => ({ name, grant: { actions: [action], partitions } })),
    ),
  );
}

/** Whether one grant alone covers it. A transaction over several partitions is judged by one grant. */
function isCovered({ actions, partitions }: Grant, grants: readonly Grant[] = []): boolean {
  return grants.some(
    (each) =>
      actions.every((action) => each.actions.includes(action)) &&
      patterns(partitions).every((pattern) => patterns(each.partitions).includes(pattern)) &&
      (each.partitions.except === undefined || each.partitions.except === partitions.except),
  );
}

function patterns({ like }: Grant["partitions"]): readonly string[] {
  return typeof like === "string" ? [like] : like;
}

function describeGrant({ actions, partitions }: Grant): string {
  return `${actions.join(", ")} in ${patterns(partitions).join(", ")}`;
}
