import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

type Props = { readonly summary: string; readonly children: ComponentChildren };

/** Content that is made when it is unfolded. So it reads nothing from the API before. */
export function Unfolded({ summary, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen ? <div class="part">{children}</div> : null}
    </details>
  );
}
