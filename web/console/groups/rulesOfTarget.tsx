import type { Cycle } from "../model.ts";
import { counted } from "../numbers.ts";
import type { WireRule, WireTarget } from "../wire.ts";
import { describeFilter, describeTrigger } from "./describeFilter.ts";

type Props = { readonly target: WireTarget; readonly cycles: readonly Cycle[] };

/** Unfolds the filters and sub-targets of a target. After a change of them there are others from a cycle on. */
export function RulesOfTarget({ target, cycles }: Props) {
  const { filters, targetMilestoneTriggers, rules } = target;
  if (filters === null && targetMilestoneTriggers === null && rules === null) return null;
  return (
    <details>
      <summary>
        {counted(filters?.length ?? 0, "filter")}, {counted(targetMilestoneTriggers?.length ?? 0, "sub-target")}
        {rules === null ? "" : ", other ones before"}
      </summary>
      {rules === null ? (
        <RuleList rule={target} />
      ) : (
        <ol class="plain">
          {rules.map((rule, place) => (
            <li key={place}>
              From {cycles.find(({ id }) => id === rule.fromPeriodId)?.refCode ?? "the first cycle to come"} on:
              <RuleList rule={rule} />
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}

type Rule = Pick<WireRule, "filters" | "targetMilestoneTriggers">;

function RuleList({ rule: { filters, targetMilestoneTriggers } }: { readonly rule: Rule }) {
  return (
    <ul class="rules">
      {filters === null ? <li>Everything counts</li> : null}
      {filters?.map((filter, place) => (
        <li key={place}>
          Filter {place + 1}: {describeFilter(filter)}
        </li>
      ))}
      {targetMilestoneTriggers?.map((trigger) => (
        <li key={trigger.id}>Sub-target {describeTrigger(trigger)}</li>
      ))}
    </ul>
  );
}
