import { useState } from "preact/hooks";
import type { Call } from "../calls.ts";
import { Failure } from "../notice.tsx";
import { explain } from "../reading.ts";
import { useSession } from "../session/session.ts";

type Props = {
  /** The message of the API. */
  readonly message: string;
  /** The call that registers the customer, and the words of its button. */
  readonly call: Call;
  readonly button: string;
  readonly onRegistered: (customer: unknown) => void;
};

/** Shows that the API does not know the customer, and offers to register one where the credential may. */
export function UnknownCustomer({ message, call, button, onRegistered }: Props) {
  const { api, permissions } = useSession();
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const register = async () => {
    setBusy(true);
    try {
      const { errors, data } = await api.send(call);
      setFailure(errors.map(({ code, message: words }) => `${code}: ${words}`).join(" "));
      if (errors.length === 0) onRegistered(data);
    } catch (error) {
      setFailure(explain(error));
    }
    setBusy(false);
  };
  return (
    <>
      <Failure message={failure || message} />
      {permissions.manage ? (
        <p>
          <button type="button" class="primary" disabled={isBusy} onClick={() => void register()}>
            {button}
          </button>
        </p>
      ) : (
        <p class="muted">Registering customers takes a credential of access group admin.</p>
      )}
    </>
  );
}
