/** Has the exports of `rapid-client.node` of aws-lambda-ric, except `next`, which the client can do itself. */
const base = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime/invocation`;

export function done(id: string, body: string): void {
  post(`${base}/${id}/response`, body);
}

export function error(id: string, body: string): void {
  post(`${base}/${id}/error`, body);
}

function post(url: string, body: string): void {
  void fetch(url, { method: "POST", body });
}
