import { useState } from "preact/hooks";
import { registerCall } from "../calls.ts";
import { Failure } from "../notice.tsx";
import { explain } from "../reading.ts";
import { useSession } from "../session/session.ts";

type Props = {
  readonly customerId: number;
  /** The message of the API. */
  readonly message: string;
  readonly onRegistered: () => void;
};

/** Shows that the API does not know the customer, and offers to register one where the credential may. */
export function UnknownCustomer({ customerId, message, onRegistered }: Props) {
  const { api, permissions } = useSession();
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const register = async () => {
    setBusy(true);
    try {
      const { errors } = await api.send(registerCall(customerId));
      setFailure(errors.map(({ code, message: words }) => `${code}: ${words}`).join(" "));
      if (errors.length === 0) onRegistered();
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
            Register customer {customerId}
          </button>
        </p>
      ) : (
        <p class="muted">Registering customers takes a credential of access group admin.</p>
      )}
    </>
  );
}
