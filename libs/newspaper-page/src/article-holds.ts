import type { Doubt } from './article-doubts.js';
import type { BylineReading } from './byline.js';
import { endsSentence, lengthWithoutSpaces } from './characters.js';
import type { ArticleSource } from './find-articles.js';
import { endsInAddress, isLabelled, isListItem } from './line-kinds.js';
import type { Hold, Repair } from './page-reading.js';
import type { Paragraph } from './paragraphs.js';

/** What an article waits for, each with the words for the editor. */

/** What is known of an article when its text is finished. */
interface Known {
  source: Pick<ArticleSource, 'unannounced' | 'headDoubtful' | 'boundaryDoubtful' | 'bylineDoubtful'>;
  headLines: readonly unknown[];
  dateline: string | null;
  bylines: readonly BylineReading[];
  continued: boolean;
  continuesElsewhere: boolean;
  titleBelow: boolean;
}

function boundaryMessage({ because, line }: Doubt): string {
  switch (because) {
    case 'heading':
      return `“${line}”一行可能是另一篇稿件的开头，请核对本文到哪里结束。`;
    case 'page-break':
      return `本文与“${line}”之间隔着报头或版面信息，前后可能不是同一篇稿件，请核对原版。`;
    case 'interruption':
      return `正文中间夹有“${line}”一行，可能是广告、栏目名或正文的一部分，请核对原版。`;
    case 'after-end':
      return `“${line}”排在本文署名或来源之后，可能属于另一篇稿件或图片说明，请核对原版。`;
    case 'left-over':
      return `正文下方的“${line}”未收入正文，可能是广告，也可能是本文的最后一行，请核对原版。`;
    case 'seam':
      return `“${line}”之前的一句没有说完，可能有文字缺失，请核对原版。`;
    case 'advert':
      return `最后一段“${line}”可能是广告，请核对原版。`;
    case 'caption':
      return `最后一段“${line}”可能是图片说明，请核对原版。`;
  }
}

const LONG_ENOUGH_TO_JUDGE = 20;

export function holdsOf(
  work: Known,
  repairs: readonly Repair[],
  headTooLong: boolean,
  paragraphs: readonly Paragraph[],
): Hold[] {
  const holds: Hold[] = [];
  const proposals = repairs.filter((repair) => repair.class === 'propose').length;
  if (proposals > 0)
    holds.push({
      code: 'repairs-to-decide',
      message: `有${proposals}处疑似差错，请逐处核对原版后决定是否采纳修改。`,
    });
  if (work.headLines.length === 0)
    holds.push({ code: 'no-headline', message: '版面上未找到本文标题，请核对原版后补上标题。' });
  else if (work.source.headDoubtful || work.titleBelow || headTooLong)
    holds.push({
      code: 'headline-doubtful',
      message: '正文上方的标题行可能不属于本文或有缺漏，请核对原版的肩题、主题和副题。',
    });
  if (work.source.unannounced)
    holds.push({
      code: 'no-dateline',
      message: '本文没有电头，也没有题下署名，起止位置是按标题和段落推断的，请核对原版。',
    });
  if (paragraphs.length === 0) holds.push({ code: 'no-body', message: '标题下没有找到正文，请核对原版。' });
  if (work.source.boundaryDoubtful !== null)
    holds.push({
      code: 'boundary-doubtful',
      message: boundaryMessage(work.source.boundaryDoubtful),
    });
  if (work.bylines.some(({ doubtful }) => doubtful))
    holds.push({
      code: 'byline-doubtful',
      message: '署名可能被换行截断、连写或夹有其他文字，人名不作自动修改，请核对原版。',
    });
  else if (work.source.bylineDoubtful)
    holds.push({
      code: 'byline-doubtful',
      message: '署名排在两篇稿件之间，不能确定属于哪一篇，请核对原版。',
    });
  if (work.continued)
    holds.push({ code: 'continuation', message: '本文标有“上接”，开头在其他版面，请与前文合并后再发布。' });
  if (work.continuesElsewhere)
    holds.push({
      code: 'continued-elsewhere',
      message: '本文标有“下转”，其余部分在其他版面，请补齐后再发布。',
    });
  const unfinished = paragraphs.findIndex((_, at) => isUnfinished(paragraphs, at, work.dateline !== null));
  if (unfinished !== -1 && !(work.continuesElsewhere && unfinished === paragraphs.length - 1))
    holds.push({
      code: 'body-unfinished',
      message:
        unfinished === paragraphs.length - 1
          ? '正文最后一段没有句末标点，可能有文字缺失，请核对原版。'
          : `正文第${unfinished + 1}段开头或结尾不完整，可能有文字缺失或分段有误，请核对原版。`,
    });
  return holds;
}

/** No paragraph begins with a mark or a particle that follows a word. */
const WITHIN_SENTENCE = /^[，。、；：！？）》”的了]/u;

/** A paragraph that begins or stops within a sentence, though no list and no verse explains it. */
function isUnfinished(paragraphs: readonly Paragraph[], at: number, hasDateline: boolean): boolean {
  const paragraph = paragraphs[at];
  const next = paragraphs[at + 1];
  if (paragraph === undefined || paragraph.closed) return false;
  const { text } = paragraph.draft;
  if (WITHIN_SENTENCE.test(text)) return true;
  if (endsSentence(text) || endsInAddress(text)) return false;
  // A short line without any mark within it can be a signature or a heading; what a dateline stood before is text.
  const isText =
    (at === 0 && hasDateline) || lengthWithoutSpaces(text) > LONG_ENOUGH_TO_JUDGE || /[，。；,;]/u.test(text);
  if (next === undefined) return isText;
  if (/[，、,]$/u.test(text)) return true;
  if (/[：:；;]$/u.test(text) || [text, next.draft.text].some((one) => isListItem(one) || isLabelled(one)))
    return false;
  return isText;
}
