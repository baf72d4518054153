import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';

export type Variant = 'primary' | 'danger' | 'plain' | 'quiet';

interface Props extends Omit<ButtonProps, 'className' | 'children' | 'style'> {
  variant?: Variant;
  small?: boolean;
  children: ReactNode;
}

export function Button({ variant = 'plain', small = false, children, ...rest }: Props) {
  return (
    <AriaButton {...rest} className={`button ${variant}${small ? ' small' : ''}`}>
      {children}
    </AriaButton>
  );
}
