import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFunctions } from "../../local/functions.ts";
import { type LocalGateway, startGateway } from "../../local/gateway.ts";
import { useService } from "../support/service.ts";

const service = useService();

let gateway: LocalGateway;
let asked: PromiseWithResolvers<void>;
let answer: PromiseWithResolvers<void>;
let askedTimes: number;

/** A page that is answered when the test says so. */
async function slowPage() {
  askedTimes += 1;
  asked.resolve();
  await answer.promise;
  return { statusCode: 200, body: "answered" };
}

/** A page larger than what the system keeps for a client that does not read. */
async function largePage() {
  asked.resolve();
  return { statusCode: 200, body: "x".repeat(50_000_000) };
}

beforeEach(async () => {
  asked = Promise.withResolvers();
  answer = Promise.withResolvers();
  askedTimes = 0;
  gateway = await startGateway(localFunctions(service.table), 0, {
    "GET /local/slow": slowPage,
    "GET /local/large": largePage,
  });
});

afterEach(() => gateway.close().catch(() => undefined));

async function connected(): Promise<Socket> {
  const { hostname, port } = new URL(gateway.baseUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

async function sendOn(agent: Agent, url: URL): Promise<IncomingMessage> {
  const [response] = await once(request(url, { agent }).end(), "response");
  response.resume();
  return response;
}

const slowUrl = () => new URL("/local/slow", gateway.baseUrl);

it("the local gateway announces no keep-alive timeout, because it closes no idle connection", async () => {
  const { headers } = await fetch(gateway.baseUrl);
  expect({ connection: headers.get("connection"), timeout: headers.get("keep-alive") }).toEqual({
    connection: "keep-alive",
    timeout: null,
  });
});

describe("the local gateway closes", () => {
  it("without waiting for a connection without a request, as browsers open them ahead of time", async () => {
    const socket = await connected();
    const ended = once(socket, "close");
    // The gateway answers this later connection, so it has taken the first one.
    await expect(fetch(gateway.baseUrl)).resolves.toMatchObject({ status: 404 });
    await gateway.close();
    await expect(ended).resolves.toEqual([false]);
  });

  it("without waiting for the rest of a request", async () => {
    const socket = await connected();
    socket.on("error", () => undefined);
    const ended = once(socket, "close");
    socket.write("POST /v3/activities HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");
    // The gateway answers this later request, so the beginning of the first one has arrived.
    await expect(fetch(gateway.baseUrl)).resolves.toMatchObject({ status: 404 });
    await gateway.close();
    await expect(ended).resolves.toHaveLength(1);
  });

  it("after the request under way has been answered", async () => {
    const answered = fetch(slowUrl());
    await asked.promise;
    const closed = gateway.close();
    answer.resolve();
    await expect((await answered).text()).resolves.toBe("answered");
    await expect(closed).resolves.toBeUndefined();
  });

  it("after the answer to the request under way on a kept connection, and takes no further one", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = sendOn(agent, slowUrl());
    await asked.promise;
    const closed = gateway.close();
    // The second request waits for the one connection. Afterwards it is refused, unless the system has given the port to
    // another test's server by then.
    const second = sendOn(agent, slowUrl()).catch(() => undefined);
    answer.resolve();
    expect(await first).toMatchObject({ statusCode: 200, headers: { connection: "close" } });
    await expect(closed).resolves.toBeUndefined();
    await second;
    expect(askedTimes).toBe(1);
    agent.destroy();
  });

  it("without waiting for ever for a client that does not take its answer", async () => {
    const socket = await connected();
    socket.pause();
    const ended = once(socket, "close");
    socket.write("GET /local/large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await asked.promise;
    await expect(gateway.close(50)).resolves.toBeUndefined();
    socket.resume();
    await expect(ended).resolves.toHaveLength(1);
  });

  it("when a client has gone before it was answered", async () => {
    const gone = new AbortController();
    const asking = fetch(slowUrl(), { signal: gone.signal });
    await asked.promise;
    gone.abort();
    await expect(asking).rejects.toThrow(/aborted/);
    const closed = gateway.close();
    answer.resolve();
    await expect(closed).resolves.toBeUndefined();
  });
});
