import { z } from 'zod';
import { members } from './channel.js';
import { ALL_EVENT_KINDS, SEVERITIES } from './operator-events.js';
import { lineOf } from './text.js';

/** Body of `POST /api/v1/alarm-sinks`; `settings` and `secrets` are validated by the type's manifest afterwards. */
export const alarmSinkInput = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-", not beginning with "-"'),
  type: z.string().min(1).max(63),
  name: lineOf(200),
  enabled: z.boolean().default(true),
  language: z.enum(['zh', 'en']).default('zh').describe('of the texts for people'),
  minSeverity: z.enum(SEVERITIES).default('warning').describe('what is less serious is not sent'),
  kinds: z
    .array(z.enum(ALL_EVENT_KINDS))
    .max(ALL_EVENT_KINDS.length)
    .default([])
    .describe('kinds of events that are sent; empty: all'),
  settings: members.default({}),
  secrets: members.default({}),
});
export type AlarmSinkInput = z.output<typeof alarmSinkInput>;
