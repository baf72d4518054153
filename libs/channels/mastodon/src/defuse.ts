/** Zero width space: shows nothing, and is part of no name, hashtag or address. */
const ZERO_WIDTH_SPACE = '\u200B';

/** What of a text was kept from becoming a mention, a hashtag or a link, each how often. */
export interface Defused {
  mentions: number;
  hashtags: number;
  links: number;
}

export function defusedIn(text: string): Defused {
  const count = (mark: RegExp) => text.match(mark)?.length ?? 0;
  return { mentions: count(/@\u200B/g), hashtags: count(/[#＃]\u200B/g), links: count(/:(?:\/\/)?\u200B/g) };
}

/** A mention begins with "@" and an ASCII name; after an ASCII letter it is part of an e-mail address. */
const MENTION = /(?<![A-Za-z0-9_])@(?=[A-Za-z0-9_])/g;
/** A hashtag begins with "#" or, in newer versions, "＃", and a letter, digit or joiner of any script. */
const HASHTAG = /(?<![A-Za-z0-9_])[#＃](?=[\p{L}\p{M}\p{N}\p{Pc}\u00B7\u30FB\u200C])/gu;
/** A link begins with its scheme. xmpp: and magnet: are linked, too. */
const LINK = /(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/|\b(?:xmpp|magnet):)(?=\S)/gi;

/**
 * The text of a newspaper as plain text: nobody is told of it, it is listed under no hashtag, and the one link of a
 * status is the article's. A zero width space after "@", "#" and "://" does that; what readers see stays the same.
 * Wider than Mastodon's own rules (Account::MENTION_RE, Tag::HASHTAG_RE), which change and which its relatives read
 * differently.
 */
export function defuse(text: string): string {
  const mark = (found: string) => found + ZERO_WIDTH_SPACE;
  return text.replace(LINK, mark).replace(MENTION, mark).replace(HASHTAG, mark);
}
