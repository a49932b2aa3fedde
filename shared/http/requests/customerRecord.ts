import { type Checked, faultsOf } from "./checked.ts";
import { customerFaults } from "./customerId.ts";
import { checkedRecord, type JsonObject, singleRecord } from "./validation.ts";
import type { Validator } from "./validators.generated.js";

/** The single record of a body, judged by its schema, by the rules for how it names its customer, and by others. */
export function checkedCustomerRecord<Valid>(
  validate: Validator<Valid>,
  body: unknown,
  otherFaults: (record: JsonObject) => readonly string[] = () => [],
): Checked<Valid> {
  const result = checkedRecord(validate, body);
  const record = singleRecord(body);
  const faults = [
    ...faultsOf(result),
    ...("valid" in record ? [...customerFaults(record.valid), ...otherFaults(record.valid)] : []),
  ];
  return faults.length > 0 ? { faults } : result;
}
