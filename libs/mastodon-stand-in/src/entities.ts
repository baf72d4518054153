/*
 * What Mastodon takes for a link, a mention or a hashtag in a text (its Extractor with twitter-text's rules), written from
 * its rules and not from ours, so that what a publisher overlooked is seen here.
 */

export interface Entity {
  kind: 'link' | 'mention' | 'hashtag';
  from: number;
  to: number;
  text: string;
}

const LINK =
  /https?:\/\/(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:xn--[a-z0-9-]+|\p{L}{2,})(?::\d+)?(?:[/?#][^\s<>"「」]*)?/giu;
const LINK_END = /[!?*"'「」<>;:=,.$%[\]~&|@()]+$/;
/** Account::MENTION_RE of Mastodon 4: no word character, "=" or "/" before. */
const MENTION =
  /(?<![=/\p{L}\p{M}\p{N}\p{Pc}])@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)(?:@[\p{L}\p{M}\p{N}\p{Pc}]+(?:[.-]+[\p{L}\p{M}\p{N}\p{Pc}]+)*)?/giu;
/** Tag::HASHTAG_RE, the older and the newer one together: after anything but an ASCII word character, "/" or ")", and also "＃". */
const HASHTAG =
  /(?<![/)\w])[#＃]([\p{L}\p{M}\p{N}\p{Pc}\u00B7\u30FB\u200C]*[\p{L}\p{M}_\u00B7\u30FB][\p{L}\p{M}\p{N}\p{Pc}\u00B7\u30FB\u200C]*)/gu;

/** In order of place; of what overlaps, what begins first. */
export function entitiesOf(text: string): Entity[] {
  const all: Entity[] = [];
  const add = (kind: Entity['kind'], found: RegExpMatchArray, length = found[0].length) => {
    const from = found.index ?? 0;
    all.push({ kind, from, to: from + length, text: found[0].slice(0, length) });
  };
  for (const found of text.matchAll(LINK)) add('link', found, found[0].replace(LINK_END, '').length);
  for (const found of text.matchAll(MENTION)) add('mention', found);
  for (const found of text.matchAll(HASHTAG)) add('hashtag', found);
  const kept: Entity[] = [];
  for (const entity of all.sort((a, b) => a.from - b.from)) {
    if (entity.from >= (kept.at(-1)?.to ?? 0)) kept.push(entity);
  }
  return kept;
}

/** Characters as Mastodon counts (StatusLengthValidator): graphemes, a link as `perLink`, a mention without its domain. */
export function countedLength(text: string, perLink: number): number {
  let counted = '';
  let at = 0;
  for (const { kind, from, to, text: found } of entitiesOf(text)) {
    counted += text.slice(at, from);
    if (kind === 'link') counted += 'x'.repeat(perLink);
    else if (kind === 'mention') counted += `@${found.split('@')[1] ?? ''}`;
    else counted += found;
    at = to;
  }
  counted += text.slice(at);
  return Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(counted)).length;
}
