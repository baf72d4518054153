import type { ReactNode } from 'react';

/** What ties a control to its label, its hint and what is wrong with it. */
export interface Control {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

/** A control with its label, a hint, and what the server says of what was given. */
export function Field({
  name,
  label,
  hint = '',
  error,
  children,
}: {
  name: string;
  label: string;
  hint?: string;
  error: string | null;
  children: (control: Control) => ReactNode;
}) {
  const id = `field-${name}`;
  const described = [hint !== '' && `${id}-hint`, error !== null && `${id}-error`].filter(
    (part) => part !== false,
  );
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        'aria-invalid': error !== null,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
      })}
      {hint !== '' && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {error !== null && (
        <p id={`${id}-error`} className="error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
