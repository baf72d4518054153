import type { MouseEvent, ReactNode, Ref } from 'react';
import { addressWith, go, type Changes } from '../address.js';

/** A link to another place of the page, which a browser may open in a tab of its own. */
export function PlaceLink({
  to,
  className,
  isHere = false,
  ref,
  children,
}: {
  to: Changes;
  className?: string;
  isHere?: boolean;
  ref?: Ref<HTMLAnchorElement>;
  children: ReactNode;
}) {
  return (
    <a
      href={addressWith(to)}
      className={className}
      aria-current={isHere ? 'page' : undefined}
      ref={ref}
      onClick={(event: MouseEvent) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
