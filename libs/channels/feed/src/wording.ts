import { timeForPeople } from './times.js';

export type Medium = 'image' | 'video' | 'audio';

/** The words that we ourselves add to a text: in Chinese where the text is Chinese, else in English. */
export interface Wording {
  correction: string;
  /** For a correction whose note says nothing. */
  corrected: (at: Date) => string;
  source: string;
  editor: string;
  medium: Readonly<Record<Medium, string>>;
  /** After a text, in brackets. */
  bracketed: (text: string) => string;
  colon: string;
  withdrawnTitle: string;
  withdrawn: (at: Date) => string;
  missingTitle: string;
  missing: string;
}

const CHINESE: Wording = {
  correction: '更正',
  corrected: (at) => `本文于${timeForPeople(at, 'zh-CN')}更正。`,
  source: '来源',
  editor: '责任编辑',
  medium: { image: '图', video: '视频', audio: '音频' },
  bracketed: (text) => `（${text}）`,
  colon: '：',
  withdrawnTitle: '本文已撤回',
  withdrawn: (at) => `本文已于${timeForPeople(at, 'zh-CN')}撤回，请勿转载或引用。`,
  missingTitle: '没有这篇文章',
  missing: '此地址没有已发布的文章。',
};

const ENGLISH: Wording = {
  correction: 'Correction',
  corrected: (at) => `This article was corrected on ${timeForPeople(at, 'en')}.`,
  source: 'Source',
  editor: 'Editor',
  medium: { image: 'Image', video: 'Video', audio: 'Audio' },
  bracketed: (text) => ` (${text})`,
  colon: ': ',
  withdrawnTitle: 'This article has been withdrawn',
  withdrawn: (at) =>
    `This article was withdrawn on ${timeForPeople(at, 'en')}. Please do not reprint or quote it.`,
  missingTitle: 'There is no such article',
  missing: 'No article has been published at this address.',
};

export function wordingFor(language: string): Wording {
  return /^zh\b/i.test(language) ? CHINESE : ENGLISH;
}
