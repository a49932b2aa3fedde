import { Shown } from "../notice.tsx";
import { counted } from "../numbers.ts";
import { Page } from "../page.tsx";
import { addressOf } from "../route.ts";
import { useSession } from "../session/session.ts";
import { GroupCard } from "./groupCard.tsx";
import { useGroups } from "./useGroups.ts";

export function GroupsView() {
  const { permissions } = useSession();
  const reading = useGroups();
  return (
    <Page title="Target groups">
      <Shown reading={reading} what="target groups">
        {({ groups, hasMore }) => (
          <>
            <div class="section-head">
              <p class="muted" role="status">
                {hasMore
                  ? `The first ${groups.length} groups by name.`
                  : `${counted(groups.length, "group")}, by name.`}
              </p>
              {permissions.manage ? <a href={addressOf({ name: "newGroup" })}>New target group</a> : null}
            </div>
            {groups.map((group) => (
              <GroupCard key={group.id} group={group} isLinked={true} />
            ))}
          </>
        )}
      </Shown>
    </Page>
  );
}
