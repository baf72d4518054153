import { PlaceLink } from './place-link.js';

/** The lists of one screen, each a place of its own; the first is there without its parameter. */
export function SubViews({
  label,
  parameter,
  views,
  here,
}: {
  label: string;
  parameter: string;
  views: readonly { name: string; text: string; count?: number }[];
  here: string;
}) {
  return (
    <nav className="views" aria-label={label}>
      {views.map(({ name, text, count = 0 }, index) => (
        <PlaceLink
          key={name}
          to={{ [parameter]: index === 0 ? null : name }}
          className="view"
          isHere={name === here}
        >
          {text}
          {count > 0 && <span className="count some">{count}</span>}
        </PlaceLink>
      ))}
    </nav>
  );
}
