import { createContext, use } from 'react';
import type { Me, Right } from '../api/shapes.js';

export const SessionContext = createContext<Me | null>(null);

export function useMe(): Me {
  const me = use(SessionContext);
  if (me === null) throw new Error('nobody is logged in');
  return me;
}

/** Whether somebody's role may do it; the API decides, this only spares buttons that would be refused. */
export function useMay(right: Right): boolean {
  return useMe().may.includes(right);
}
