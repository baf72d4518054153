import { timeForPeople } from './times.js';

/** The words that we ourselves add to a text: in Chinese where the text is Chinese, else in English. */
export interface Wording {
  correction: string;
  /** For a correction whose note says nothing. */
  corrected: (at: Date) => string;
  source: string;
  editor: string;
  credit: string;
  colon: string;
  withdrawnTitle: string;
  withdrawn: (at: Date) => string;
}

const CHINESE: Wording = {
  correction: '更正',
  corrected: (at) => `本文于${timeForPeople(at, 'zh-CN')}更正。`,
  source: '来源',
  editor: '责任编辑',
  credit: '图',
  colon: '：',
  withdrawnTitle: '本文已撤回',
  withdrawn: (at) => `本文已于${timeForPeople(at, 'zh-CN')}撤回，请勿转载或引用。`,
};

const ENGLISH: Wording = {
  correction: 'Correction',
  corrected: (at) => `This article was corrected on ${timeForPeople(at, 'en')}.`,
  source: 'Source',
  editor: 'Editor',
  credit: 'Image',
  colon: ': ',
  withdrawnTitle: 'This article has been withdrawn',
  withdrawn: (at) =>
    `This article was withdrawn on ${timeForPeople(at, 'en')}. Please do not reprint or quote it.`,
};

export function wordingFor(language: string): Wording {
  return /^zh\b/i.test(language) ? CHINESE : ENGLISH;
}
