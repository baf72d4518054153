import { z } from 'zod';
import type { PlatformFacts } from '@newsrelay/channel-kit/connector';

/** What an instance allows a status (`GET /api/v2/instance`, `configuration.statuses`). */
export interface StatusLimits {
  /** Characters of a status, counted as `length-of-status.ts` does. */
  maxCharacters: number;
  /** Characters that each link counts, however long it is. */
  charactersPerUrl: number;
}

/** Of an instance that was never asked or does not tell: Mastodon's own. */
export const DEFAULT_LIMITS: StatusLimits = { maxCharacters: 500, charactersPerUrl: 23 };

/** Below this a status has no room for a headline and a link; what an instance says above it is not believed either. */
const limits = z.object({
  maxCharacters: z.int().min(60).max(1_000_000),
  charactersPerUrl: z.int().min(1).max(1000),
});

/** Limits from what a probe learned; the default ones where that is nothing, or nothing that makes sense. */
export function limitsOf(platform: PlatformFacts | null | undefined): StatusLimits {
  const read = limits.safeParse(platform);
  return read.success ? read.data : DEFAULT_LIMITS;
}

const instance = z.object({
  configuration: z.object({
    statuses: z.object({
      max_characters: z.int(),
      characters_reserved_per_url: z.int().default(DEFAULT_LIMITS.charactersPerUrl),
    }),
  }),
});

/** The limits in an instance's description of itself; null if it has none that make sense. */
export function limitsOfInstance(description: unknown): StatusLimits | null {
  const read = instance.safeParse(description);
  if (!read.success) return null;
  const { max_characters, characters_reserved_per_url } = read.data.configuration.statuses;
  const told = limits.safeParse({
    maxCharacters: max_characters,
    charactersPerUrl: characters_reserved_per_url,
  });
  return told.success ? told.data : null;
}
