import { once } from "node:events";
import { createServer } from "node:http";

/** The answers by name of the operation. */
type Replies = Readonly<Record<string, object>>;

export type StubQuestion = { readonly replies: Replies } | { readonly lastOf: readonly string[] };

/** Answers every request at once with a prepared reply, so that only the caller's own work is measured. */
const replies = new Map<string, string>();
const lastRequests = new Map<string, string>();

const server = createServer((request, response) => {
  const operation = String(request.headers["x-amz-target"]).replace(/^.*\./, "");
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    lastRequests.set(operation, Buffer.concat(chunks).toString());
    const body = replies.get(operation);
    response.writeHead(body === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
    response.end(body ?? '{"__type":"com.amazon.coral.service#UnknownOperationException"}');
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

process.on("message", (question: StubQuestion) => {
  if ("lastOf" in question) {
    process.send?.(question.lastOf.map((operation) => lastRequests.get(operation)));
    return;
  }
  for (const [operation, reply] of Object.entries(question.replies)) replies.set(operation, JSON.stringify(reply));
  process.send?.(server.address());
});
