import { useState } from "preact/hooks";
import { Shown } from "../notice.tsx";
import { Page } from "../page.tsx";
import { useReading } from "../reading.ts";
import { useSession } from "../session/session.ts";
import { ChangeHistory } from "./changeHistory.tsx";
import { GroupActions } from "./groupActions.tsx";
import { GroupCard } from "./groupCard.tsx";
import { readGroup } from "./useGroups.ts";

/** Shows one target group, its changes, and the forms that change it. It is read anew after each edit. */
export function GroupView({ groupId }: { readonly groupId: number }) {
  const { api, permissions } = useSession();
  const [asked, setAsked] = useState(0);
  const reading = useReading(() => readGroup(api, groupId), [api, asked]);
  const readAgain = () => setAsked((count) => count + 1);
  return (
    <Page title={`Target group ${groupId}`}>
      <Shown reading={reading} what="the target group">
        {(group) => (
          <div class="split">
            <GroupCard group={group} isLinked={false} />
            {permissions.manage ? <GroupActions group={group} onReadAgain={readAgain} /> : null}
            <ChangeHistory group={group} />
          </div>
        )}
      </Shown>
    </Page>
  );
}
