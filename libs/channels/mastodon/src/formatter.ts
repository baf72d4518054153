import { bodyParagraphs, bylineText } from '@newsrelay/channel-kit/article-text';
import type { Formatter, PlatformFacts } from '@newsrelay/channel-kit/connector';
import { fitHeadline } from '@newsrelay/channel-kit/fit-headline';
import type { ReleasedArticle, RenditionDraft } from '@newsrelay/channel-kit/rendition';
import { cleanText, toShanghaiTime } from '@newsrelay/contracts/text';
import { beginningOf } from './cut-text.js';
import { defuse, defusedIn } from './defuse.js';
import { graphemeCount, linkLength } from './length-of-status.js';
import { limitsOf, type StatusLimits } from './limits.js';
import type { MastodonSettings } from './manifest.js';
import type { Cut, StatusRendition, WithdrawalRendition } from './rendition.js';

/** Between the parts of a status; Mastodon makes paragraphs of it. */
const BREAK = '\n\n';
/** Graphemes that a correction's note may take. */
const NOTE_ROOM = 120;
/** Graphemes that the line of source, names and time may take. */
const ATTRIBUTION_ROOM = 120;
/** A body of which less than this fits is not worth beginning, in graphemes. */
const BODY_WORTH_BEGINNING = 12;
/** With less than this beside the link there is no status, in graphemes. */
const HEADLINE_ROOM = 10;
const WIDE_SPACE = '\u3000';

/** The parts of a status in the making: what is taken of its characters, and what had to go. */
class Sheet {
  readonly cut: Cut[] = [];
  readonly leftOut: StatusRendition['leftOut'] = [];

  /** `room` is in graphemes, what the link takes not included. */
  constructor(public room: number) {}

  /** Takes the room of a part with the break after it. */
  take(part: string): string {
    this.room -= graphemeCount(part) + BREAK.length;
    return part;
  }

  /** The beginning of a part within at most `atMost` graphemes; said where it is not all of it. */
  begin(part: Cut['part'], text: string, atMost = Number.POSITIVE_INFINITY): string {
    const shown = beginningOf(text, Math.min(atMost, this.room - BREAK.length));
    if (shown === '') this.#drop(part);
    else if (shown !== text) this.cut.push({ part, shown: graphemeCount(shown), of: graphemeCount(text) });
    return shown === '' ? '' : this.take(shown);
  }

  #drop(part: Cut['part']): void {
    if (part !== 'headline') this.leftOut.push(part);
  }
}

/** Text that mentions nobody, is under no hashtag and links nowhere. */
function plain(text: string): string {
  return defuse(cleanText(text));
}

/** Source, names with their roles, and the time of publication: what every push must carry. */
function attributionOf(article: ReleasedArticle): string {
  const chinese = /^zh\b/i.test(article.language);
  const time = toShanghaiTime(article.publishedAt).replace(/T(\d\d:\d\d).*$/, ' $1 +08:00');
  const names = bylineText(article.bylines);
  const editor =
    article.editor === null ? '' : `${chinese ? '责任编辑' : 'Editor'} ${cleanText(article.editor)}`;
  const source = `${chinese ? '来源：' : 'Source: '}${cleanText(article.source)}`;
  return [source, names, editor, time].filter((part) => part !== '').join(WIDE_SPACE);
}

function noteOf({ note, language, version }: ReleasedArticle): string | null {
  if (note === null || version === 1) return null;
  const text = cleanText(note);
  const label = /^zh\b/i.test(language) ? '更正' : 'Correction';
  if (text === '') return null;
  return /^(更正|勘误|correction)/i.test(text) ? text : `${label}${label === '更正' ? '：' : ': '}${text}`;
}

function render(
  draft: RenditionDraft,
  { visibility }: MastodonSettings,
  platform?: PlatformFacts | null,
): StatusRendition {
  const limits = limitsOf(platform);
  const { article } = draft;
  // ASCII, so that no server ends the link early.
  const link = new URL(article.canonicalUrl).href;
  const sheet = new Sheet(limits.maxCharacters - linkLength(link, limits.charactersPerUrl));
  if (sheet.room < HEADLINE_ROOM)
    throw new Error(
      `${limits.maxCharacters} characters leave no room for a headline beside the link ${link}`,
    );

  const fullHeadline = plain(draft.fitted.headline);
  const { headline, cut } = fitHeadline(fullHeadline, Math.max(1, sheet.room - BREAK.length));
  if (cut)
    sheet.cut.push({ part: 'headline', shown: graphemeCount(headline), of: graphemeCount(fullHeadline) });
  sheet.take(headline);
  const note = noteOf(article);
  const noteLine = note === null ? '' : sheet.begin('note', plain(note), NOTE_ROOM);
  const attribution = sheet.begin('attribution', plain(attributionOf(article)), ATTRIBUTION_ROOM);
  const kicker = kickerOf(article, sheet);
  const body = bodyOf(draft, sheet);
  if (article.subtitle !== null) sheet.leftOut.push('subtitle');
  if (article.media.length > 0) sheet.leftOut.push('media');

  const head = kicker === '' ? headline : `${kicker}\n${headline}`;
  const parts = [head, noteLine, body, attribution, link].filter((part) => part !== '');
  const text = parts.join(BREAK);
  return {
    kind: 'status',
    text,
    link,
    language: languageOf(article.language),
    visibility,
    characters: lengthOf(text, link, limits),
    limit: limits.maxCharacters,
    cut: sheet.cut,
    leftOut: [...new Set(sheet.leftOut)],
    defused: defusedIn(text),
  };
}

/** The line above the headline, whole or not at all: it is never more than that. */
function kickerOf(article: ReleasedArticle, sheet: Sheet): string {
  if (article.kicker === null) return '';
  const kicker = plain(article.kicker);
  if (kicker === '') return '';
  if (graphemeCount(kicker) + 1 > Math.min(sheet.room - BODY_WORTH_BEGINNING, 60)) {
    sheet.leftOut.push('kicker');
    return '';
  }
  sheet.room -= graphemeCount(kicker) + 1;
  return kicker;
}

function bodyOf(draft: RenditionDraft, sheet: Sheet): string {
  const body = bodyParagraphs(draft).map(defuse).join(BREAK);
  if (sheet.room - BREAK.length < BODY_WORTH_BEGINNING && graphemeCount(body) > sheet.room - BREAK.length) {
    sheet.leftOut.push('body');
    return '';
  }
  return sheet.begin('body', body);
}

function lengthOf(text: string, link: string, limits: StatusLimits): number {
  return graphemeCount(text.slice(0, text.length - link.length)) + linkLength(link, limits.charactersPerUrl);
}

/** Mastodon takes ISO 639 codes; regions and scripts it knows for a few languages only. */
function languageOf(tag: string): string {
  return (tag.split('-')[0] ?? tag).toLowerCase();
}

/** The limits shape a status, and who sees it: channels that agree in both share it. */
export const mastodonFormatter: Formatter<MastodonSettings> = {
  shape: ({ visibility }, platform) => ({ visibility, ...limitsOf(platform) }),
  render: (draft, settings, platform) => ({ ...render(draft, settings, platform) }),
  renderWithdrawal: (): { [K in keyof WithdrawalRendition]: WithdrawalRendition[K] } => ({
    kind: 'withdrawal',
  }),
};
