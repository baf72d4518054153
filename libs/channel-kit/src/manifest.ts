import { z } from 'zod';
import type { Rate } from './rate.js';

/** What a channel type is: data that validation, masking, the API and the docs all read. */
export interface ChannelManifest {
  /** The `type` of its channels: [a-z0-9-]. */
  type: string;
  title: { zh: string; en: string };
  /** Strict objects: a field that is not named is refused by name. */
  settings: z.ZodObject;
  secrets: z.ZodObject;
  capabilities: ChannelCapabilities;
  limits: ChannelLimits;
  /**
   * Set where outlets subscribe by themselves, to what another channel serves: nobody sets such a channel up by the API,
   * routing passes it by, and that it fails is no alarm and never pauses it.
   */
  subscribed?: true;
  /** For the operator who sets up such a channel, Markdown. */
  instructions: { zh: string; en: string };
  /**
   * Targets in parsed settings, to be checked against the outbound rules when the channel is made or changed; `path` is
   * a JSON Pointer within the settings.
   */
  targets: (settings: Record<string, unknown>) => { path: string; url: string }[];
  /**
   * Editions that parsed settings name, to be checked against those that there are when the channel is made or changed;
   * `path` is a JSON Pointer within the settings.
   */
  editions?: (settings: Record<string, unknown>) => { path: string; name: string }[];
  /** Secrets to be made where the operator gave none, before `secrets` validates them; shown once in the answer. */
  generateSecrets?: () => Record<string, string>;
}

export interface ChannelCapabilities {
  /** `push`: a request goes out. `served`: outlets fetch it from us, and a delivery is done once it is served. */
  delivery: 'push' | 'served';
  /** A correction changes what is there (otherwise a correction is another post). */
  edits: boolean;
  /** A withdrawal can remove what is there. */
  deletes: boolean;
  /** What makes it safe to send again after an attempt of unknown outcome. */
  repeat: RepeatSafety;
}

/**
 * `server-key`: the outlet recognises a repeat by its key, however late. `find-first`: it may not, and can be asked what it
 * has: the delivery engine calls the publisher's `find` before it sends again. `none`: neither, a person must look.
 */
export type RepeatSafety = 'server-key' | 'find-first' | 'none';

export interface ChannelLimits {
  /** Longest headline in graphemes; null where the type has no limit. */
  headlineGraphemes: number | null;
  /** Deadline of one attempt in milliseconds, all its requests together, from connect to the last byte. The lease of a claim outlives it. */
  requestDeadlineMs: number;
  /** Requests that the type's platform takes of one channel; null where there is no such limit. */
  rate: Rate | null;
  /** Requests of one channel go one after the other, whichever process sends them: what it gets last is the newest. */
  oneAtATime?: true;
}

/** JSON Schema (2020-12) of a manifest's settings and secrets, for `GET /api/v1/channel-types`. */
export function manifestView(manifest: ChannelManifest) {
  const secrets = z.toJSONSchema(manifest.secrets, { io: 'input' });
  // A secret that is made where none is given may be left out.
  const generated = Object.keys(manifest.generateSecrets?.() ?? {});
  const required = (secrets.required ?? []).filter((name) => !generated.includes(name));
  return {
    type: manifest.type,
    title: manifest.title,
    settings: z.toJSONSchema(manifest.settings, { io: 'input' }),
    secrets: { ...secrets, required },
    secretFields: Object.keys(manifest.secrets.shape),
    capabilities: manifest.capabilities,
    limits: manifest.limits,
    instructions: manifest.instructions,
  };
}
