import { z } from 'zod';
import { lineOf } from './text.js';

/** What a key is for; what each may is said in one place, `libs/http-api/src/roles.ts`. */
export const ROLES = ['admin', 'editor', 'operator', 'source'] as const;
export type Role = (typeof ROLES)[number];

/** Id and name of the key that the setting NEWSRELAY_ADMIN_KEY brings; it is in no table. */
export const BUILT_IN_KEY = { id: 'built-in', name: 'NEWSRELAY_ADMIN_KEY' } as const;

/** Format characters (Unicode category Cf): a name with them reads as another one, in an audit list too. */
const INVISIBLE = /\p{Cf}/u;

/** A key to be made. `source` is the one source that a key of that role may send articles of. */
export const keyInput = z
  .strictObject({
    name: lineOf(60)
      .refine((name) => !INVISIBLE.test(name), 'must not hold invisible or direction characters')
      .refine((name) => name !== BUILT_IN_KEY.name, 'is the name of the built-in key; choose another'),
    role: z.enum(ROLES),
    source: lineOf(60).optional().describe('for the role source, and only there'),
  })
  .superRefine(({ role, source }, context) => {
    if (role === 'source' && source === undefined) {
      const message = 'is required for the role source: the one source that the key may send articles of';
      context.addIssue({ code: 'custom', path: ['source'], message });
    }
    if (role !== 'source' && source !== undefined) {
      const message = `must be left out: the role ${role} is bound to no source`;
      context.addIssue({ code: 'custom', path: ['source'], message });
    }
  });
export type KeyInput = z.output<typeof keyInput>;
