import { type Fault, startLossyProxy } from "./lossyProxy.ts";

/** A hop between an operator's command and the API that counts, holds and loses. */
export type ApiHop = {
  /** The API's base URL by way of the hop. */
  readonly baseUrl: string;
  /** What becomes of each request from now on, by its number from 1; the counts start anew. */
  readonly plan: (faultFor: (number: number) => Fault) => void;
  readonly requests: () => number;
  /** Leads to another API from now on, at the same address. */
  readonly leadTo: (baseUrl: string) => void;
  /** The most that were under way at the same time. */
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
