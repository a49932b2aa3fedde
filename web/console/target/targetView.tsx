import { readGroup } from "../groups/useGroups.ts";
import { type Group, trackingNames } from "../model.ts";
import { Failure, Shown } from "../notice.tsx";
import { Page } from "../page.tsx";
import { useReading } from "../reading.ts";
import { addressOf } from "../route.ts";
import { useSession } from "../session/session.ts";
import { Roster } from "./roster.tsx";
import { Statistics } from "./statistics.tsx";

type Props = { readonly groupId: number; readonly targetId: number };

/** Shows how many customers a target has and how far they have come, and lists them. */
export function TargetView({ groupId, targetId }: Props) {
  const { api } = useSession();
  const reading = useReading(() => readGroup(api, groupId), [api]);
  return (
    <Page title={`Target ${targetId}`}>
      <Shown reading={reading} what="the target">
        {(group) => <TargetOf group={group} targetId={targetId} />}
      </Shown>
    </Page>
  );
}

function TargetOf({ group, targetId }: { readonly group: Group; readonly targetId: number }) {
  const target = group.targets.find(({ id }) => id === targetId);
  if (target === undefined) return <Failure message={`Target group ${group.id} has no target ${targetId}.`} />;
  return (
    <>
      <p class="facts">
        <strong>{target.name}</strong>
        <span>
          in <a href={addressOf({ name: "group", groupId: group.id })}>{group.name}</a>
        </span>
        <span class="tag">{trackingNames[group.trackingType]}</span>
        {group.isActive && target.active ? null : <span class="tag bad">Inactive</span>}
        <span class="muted">Time zone {group.zone}</span>
      </p>
      <Statistics group={group} targetId={targetId} />
      <Roster group={group} targetId={targetId} />
    </>
  );
}
