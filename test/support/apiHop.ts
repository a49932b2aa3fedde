import { type Fault, startLossyProxy } from "./lossyProxy.ts";

/** A hop between an operator's command and the API. It counts requests, holds them back and loses answers. */
export type ApiHop = {
  /** The base URL of the API through the hop. */
  readonly baseUrl: string;
  /** Plans the fault of each request from now on, by its number. The numbers start at 1 again. */
  readonly plan: (faultFor: (number: number) => Fault) => void;
  readonly requests: () => number;
  /** Forwards to another API from now on. The hop's own address stays. */
  readonly leadTo: (baseUrl: string) => void;
  /** The largest number of requests that were under way at the same time. */
  readonly mostUnderWay: () => number;
  readonly close: () => Promise<void>;
};

const noFault = () => ({});

export async function startApiHop(baseUrl: string, faultFor: (number: number) => Fault = noFault): Promise<ApiHop> {
  const { pathname } = new URL(baseUrl);
  let { origin } = new URL(baseUrl);
  let planned = faultFor;
  let [requests, underWay, most] = [0, 0, 0];
  const proxy = await startLossyProxy(
    () => origin,
    () => {
      requests += 1;
      const fault = planned(requests);
      const before = async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await fault.before?.();
      };
      const after = async () => {
        await fault.after?.();
        underWay -= 1;
      };
      return { ...fault, before, after };
    },
  );
  return {
    baseUrl: `${proxy.endpoint}${pathname}`,
    plan: (next) => {
      planned = next;
      requests = 0;
    },
    requests: () => requests,
    leadTo: (next) => {
      origin = new URL(next).origin;
    },
    mostUnderWay: () => most,
    close: proxy.close,
  };
}
