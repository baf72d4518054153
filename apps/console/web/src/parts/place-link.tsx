import type { MouseEvent, ReactNode } from 'react';
import { addressWith, go, type Changes } from '../address.js';

/** On a phone a row of links is wider than the window: where one is must be seen. */
function showWhole(link: HTMLElement | null): void {
  link?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

/** A link to another place of the page, which a browser may open in a tab of its own. */
export function PlaceLink({
  to,
  className,
  isHere = false,
  children,
}: {
  to: Changes;
  className?: string;
  /** It leads to where one is: one of a row of such links. */
  isHere?: boolean;
  children: ReactNode;
}) {
  return (
    <a
      href={addressWith(to)}
      className={className}
      aria-current={isHere ? 'page' : undefined}
      ref={isHere ? showWhole : undefined}
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
