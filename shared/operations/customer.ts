import { type Refusal, refused } from "../domain/refusal.ts";

export function customerNotFound(customerId: number): Refusal {
  return refused(310011, `Customer ${customerId} is not registered; PUT /v3/customers/${customerId} registers one.`);
}
