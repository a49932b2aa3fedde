import { Shown } from "../notice.tsx";
import { counted } from "../numbers.ts";
import { Page } from "../page.tsx";
import { GroupCard } from "./groupCard.tsx";
import { useGroups } from "./useGroups.ts";

export function GroupsView() {
  const reading = useGroups();
  return (
    <Page title="Target groups">
      <Shown reading={reading} what="target groups">
        {({ groups, hasMore }) => (
          <>
            <p class="muted" role="status">
              {hasMore ? `The first ${groups.length} groups by name.` : `${counted(groups.length, "group")}, by name.`}
            </p>
            {groups.map((group) => (
              <GroupCard key={group.id} group={group} isLinked={true} />
            ))}
          </>
        )}
      </Shown>
    </Page>
  );
}
