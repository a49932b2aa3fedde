import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let hasShownPage = false;

/**
 * A view with its heading. When a view replaces another, its heading takes the focus, so that a screen reader says
 * where it is. The first view leaves the focus alone, because nobody asked for it.
 */
export function Page({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Milestreak console`;
    if (hasShownPage) heading.current?.focus();
    hasShownPage = true;
  }, [title]);
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      {children}
    </>
  );
}
