import { en } from './en.js';
import type { Wording } from './wording.js';
import { zh } from './zh.js';

const WORDINGS = { zh, en } as const;

export function wordingOf(language: keyof typeof WORDINGS): Wording {
  return WORDINGS[language];
}
