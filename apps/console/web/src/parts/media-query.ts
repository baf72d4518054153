import { useSyncExternalStore } from 'react';

/** Whether the window is as a CSS media query says, and again when that changes. */
export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (told) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', told);
      return () => {
        list.removeEventListener('change', told);
      };
    },
    () => window.matchMedia(query).matches,
  );
}
