import { z } from 'zod';
import { lineOf } from './text.js';

export const channelId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-", not beginning with "-"');

const labels = z.array(lineOf(60)).max(500).default([]);

/** Which articles a channel is entitled to; an empty list means all. */
export const channelFilter = z.strictObject({ sections: labels, sources: labels, keywords: labels });
export type ChannelFilter = z.infer<typeof channelFilter>;

/** What PostgreSQL keeps in its jsonb: no NUL, no half of a surrogate pair. */
const keepable = (text: string) => text.isWellFormed() && !text.includes('\0');
const member = z.unknown().refine((value) => typeof value !== 'string' || keepable(value), {
  message: 'must not hold NUL characters or lone surrogates',
});
/** Settings or secrets, before their type's manifest reads them. */
export const members = z.record(z.string(), member);

/** Body of `POST /api/v1/channels`; `settings` and `secrets` are validated by the type's manifest afterwards. */
export const channelInput = z.strictObject({
  id: channelId,
  type: z.string().min(1).max(63),
  name: lineOf(200),
  enabled: z.boolean().default(true),
  filter: channelFilter.default({ sections: [], sources: [], keywords: [] }),
  settings: members.default({}),
  secrets: members.default({}),
});
export type ChannelInput = z.infer<typeof channelInput>;

/** Why and since when a channel is paused. */
export interface ChannelPause {
  since: Date;
  reason: string;
}

/** What routing and rendering may know of a channel: everything but its secrets. */
export interface Channel {
  id: string;
  type: string;
  name: string;
  enabled: boolean;
  filter: ChannelFilter;
  settings: Record<string, unknown>;
  paused: ChannelPause | null;
  /** What its platform allows, as its connector's probe learned it; null while nothing is known. */
  platform: Record<string, unknown> | null;
  createdAt: Date;
}
