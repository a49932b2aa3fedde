import { inspect } from "node:util";
import fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import { errorCatalogue } from "../../shared/http/errors.ts";
import { type RouteName, routeNames, routes } from "../../shared/http/routes.ts";
import { type ConsoleLine, captureConsole } from "../support/capturedConsole.ts";
import { takesForm } from "../support/fuzz/bodies.ts";
import { type FuzzBrand, newFuzzBrand } from "../support/fuzz/brand.ts";
import { type FuzzRequest, requestOf } from "../support/fuzz/requests.ts";
import { type RawResponse, sendRaw } from "../support/rawHttp.ts";
import { baseSeed, report, searchLength } from "../support/seeds.ts";
import { useService } from "../support/service.ts";

const service = useService();

/** The brands are asked side by side, each by one request at a time, so that no refusal comes from contention. */
const brandCount = 8;
const rounds = searchLength(1_300);
/** How often each brand is asked once more about a route that has not answered both ways. The search ends when it has. */
const mostFurtherRounds = 300;
const timeoutMilliseconds = 1_200_000;

it(`answers ${brandCount * rounds} requests of any kind or more with an envelope and never with 5xx, and tells no internals`, {
  timeout: timeoutMilliseconds,
}, async () => {
  report(`fuzzed requests: FAULTS_SEED=${baseSeed}`);
  const brands = await newBrands();
  onTestFinished(() => void vi.restoreAllMocks());
  const lines = captureConsole();
  const answered = new Map<string, number>();
  const ask = async (requests: readonly FuzzRequest[]) => {
    // All are waited for, so that the lines of this round are there and no request runs on into another.
    const answers = await Promise.allSettled(requests.map(answerTo));
    const written = lines.splice(0);
    const failed = answers.filter(({ status }) => status === "rejected");
    expect(failed, inspect(written, { depth: 5 })).toEqual([]);
    expectHarmlessLines(written, requests);
    for (const [index, request] of requests.entries()) count(answered, request, fulfilled(answers[index]));
  };
  const requestsOfAll = fc.tuple(...brands.map((brand) => requestOf(brand)));
  // The brands have changed by the failing round, so that smaller requests would be answered by another state.
  const search = { numRuns: rounds, seed: baseSeed, endOnFailure: true };
  await fc.assert(fc.asyncProperty(requestsOfAll, ask), search);
  // A short search goes on about the routes that have not yet accepted one request and refused another.
  const missing = routeNames.filter((name) => !hasAnsweredBothWays(answered, name));
  // By then every target may be switched off and every group deleted, so these brands are new.
  for (const name of missing) await askAbout(name, await newBrands(), answered, ask);
  expect([...answered.keys()].toSorted()).toEqual(routeNames.flatMap(waysOf).toSorted());
});

function newBrands(): Promise<FuzzBrand[]> {
  return Promise.all(Array.from({ length: brandCount }, () => newFuzzBrand(service)));
}

/** Asks about one route until it has accepted one request and refused another, up to a limit. */
async function askAbout(
  name: RouteName,
  brands: readonly FuzzBrand[],
  answered: ReadonlyMap<string, number>,
  ask: (requests: readonly FuzzRequest[]) => Promise<void>,
): Promise<void> {
  // Only an enrolled customer can be un-enrolled, so enrolments go on beside the route.
  const requestsOfAll = fc.tuple(...brands.map((brand) => requestOf(brand, [name, "enroll"])));
  const further = fc.sample(requestsOfAll, { numRuns: mostFurtherRounds, seed: baseSeed });
  for (const requests of further) {
    if (hasAnsweredBothWays(answered, name)) return;
    await ask(requests);
  }
}

async function answerTo(request: FuzzRequest): Promise<RawResponse> {
  const response = await sendRaw(service.baseUrl, request);
  const exchange = `${inspect(request)}\nwas answered ${inspect(response)}`;
  expect(response.status, exchange).toBeLessThan(500);
  expect(response.headers.get("content-type"), exchange).toBe("application/json");
  expect(response.headers.get("cache-control"), exchange).toBe("no-store");
  expect(response.text, exchange).not.toMatch(internals);
  expect([...response.headers.values()].join("\n"), exchange).not.toMatch(internals);
  expect(isEnvelope(request, response) || isOauthAnswer(request, response), exchange).toBe(true);
  return response;
}

/**
 * Partition keys, stack frames, file paths and names of internals. No answer may hold them. Answers repeat random text of
 * requests, in which a shorter pattern would be found now and then.
 */
const internals =
  /ORG#test-|CREDENTIAL#|TOKEN#|\\n\s+at |\.[jt]s:\d+:\d|node_modules|[Dd]ynamo[Dd][Bb]|Exception|TypeError/;

function isEnvelope({ about }: FuzzRequest, { status, text }: RawResponse): boolean {
  const { data, pagination, simulation, errors, warnings, ...others }: Record<string, unknown> = Object(
    JSON.parse(text),
  );
  if (Object.keys(others).length > 0 || data === undefined) return false;
  const isPage = about === "getTrackedTargetEvents" && errors === null;
  if (isPage !== isPagination(pagination)) return false;
  const isSimulation = about === "simulateEnrollment" && errors === null;
  if (isSimulation !== (simulation !== undefined)) return false;
  if (warnings !== null && !isListOf(warnings, ({ message }) => typeof message === "string")) return false;
  if (errors === null) return [200, 201, 202].includes(status);
  return (
    data === null && isListOf(errors, ({ code, message }) => typeof message === "string" && isStatusOf(code, status))
  );
}

function isPagination(value: unknown): boolean {
  const { limit, offset, total }: Record<string, unknown> = Object(value);
  return [limit, offset, total ?? 0].every((number) => Number.isSafeInteger(number));
}

function isListOf(value: unknown, isMember: (member: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((member) => isMember(Object(member)));
}

function isStatusOf(code: unknown, status: number): boolean {
  const [, entry] = Object.entries(errorCatalogue).find(([key]) => key === String(code)) ?? [];
  return entry?.status === status || (code === 300004 && [409, 412, 413, 415, 422].includes(status));
}

/** Whether an answer is one that RFC 6749 or 7009 defines for these two routes. */
function isOauthAnswer({ about, method, path }: FuzzRequest, { status, text }: RawResponse): boolean {
  const [ownPath] = path.replace(/^\/v3/, "").split("?");
  if (!takesForm(about) || method !== "POST" || ownPath !== routes[about].path) return false;
  const { error, access_token: token, token_type: type }: Record<string, unknown> = Object(JSON.parse(text));
  if (status !== 200) return typeof error === "string";
  return about === "revokeToken" ? text === "{}" : typeof token === "string" && type === "Bearer";
}

/** Expects refusals, which are logged by their code. Any other line is a bug. */
function expectHarmlessLines(lines: readonly ConsoleLine[], requests: readonly FuzzRequest[]): void {
  for (const line of lines) {
    expect(line, inspect(requests)).toEqual([{ event: "refused", code: expect.any(Number) }]);
  }
}

function fulfilled<Value>(result: PromiseSettledResult<Value> | undefined): Value {
  if (result?.status === "fulfilled") return result.value;
  throw new Error("A request that failed was judged before");
}

/** An answer to another method than the route's says nothing of the route. */
function count(answered: Map<string, number>, { about, method }: FuzzRequest, { status }: RawResponse): void {
  if (method !== routes[about].method) return;
  const key = `${about} ${status < 300 ? "accepted" : "refused"}`;
  answered.set(key, (answered.get(key) ?? 0) + 1);
}

function hasAnsweredBothWays(answered: ReadonlyMap<string, number>, name: RouteName): boolean {
  return waysOf(name).every((way) => answered.has(way));
}

/**
 * The ways in which a route must be answered. Every route must accept and refuse requests, so that none are all turned
 * away at the door.
 */
function waysOf(name: RouteName): string[] {
  return [`${name} accepted`, `${name} refused`];
}
