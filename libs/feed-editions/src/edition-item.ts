import { shownValues, withdrawnValues } from './article-values.js';
import type { EditionChannel, EditionEntry } from './edition-entry.js';
import { jsonMembers } from './json-members.js';
import type { EditionFormat, Profile } from './profile.js';
import type { Values } from './values.js';
import { xmlElements } from './xml-elements.js';

/** An item as it stands in the document, or why it does not. */
export type EditionItem = WrittenItem | LeftOut;

export interface WrittenItem {
  /** Markup or JSON, whole and closed. */
  text: string;
  /** Of the text in UTF-8. */
  bytes: number;
  /** True if the article was too long, and its summary stands for its text. */
  cut: boolean;
}

export interface LeftOut {
  leftOut: 'withdrawn' | 'title too short' | 'too long';
}

const ITEM_NAMES: Readonly<Record<Exclude<EditionFormat, 'json'>, string>> = { rss: 'item', atom: 'entry' };

/** How far the items of each format are indented. */
const INDENT: Readonly<Record<EditionFormat, string>> = { rss: '    ', atom: '  ', json: '' };

/**
 * Writes one article as its profile says, within the profile's limit of an article; in a channel of summaries with its summary. A pure function of its arguments, so that
 * what was written once can be kept for as long as they are the same.
 */
export function editionItem(profile: Profile, channel: EditionChannel, entry: EditionEntry): EditionItem {
  if (entry.kind === 'withdrawn' && profile.withdrawals === 'absent') return { leftOut: 'withdrawn' };
  const values =
    entry.kind === 'withdrawn'
      ? withdrawnValues(profile, channel, entry)
      : shownValues(profile, channel, entry);
  if (values === null) return { leftOut: 'title too short' };
  const { articleBytes = Infinity, overflow } = profile.limits;
  const whole = measured(itemText(profile, channel.content === 'full' ? values.whole : values.cut), false);
  if (whole.bytes <= articleBytes) return whole;
  if (overflow === 'leave-out') return { leftOut: 'too long' };
  const cut = measured(itemText(profile, values.cut), true);
  return cut.bytes <= articleBytes ? cut : { leftOut: 'too long' };
}

const measured = (text: string, cut: boolean): WrittenItem => ({ text, bytes: Buffer.byteLength(text), cut });

function itemText(profile: Profile, values: Values): string {
  if (profile.format === 'json') return JSON.stringify(jsonMembers(profile.item, values, profile));
  const [name, indent] = [ITEM_NAMES[profile.format], INDENT[profile.format]];
  const lines = xmlElements(profile.item, values, profile, `${indent}  `);
  return [`${indent}<${name}>`, ...lines, `${indent}</${name}>`].join('\n');
}
