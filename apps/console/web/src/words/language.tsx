import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { en } from './en.js';
import { fill } from './fill.js';
import { zh, type Dictionary, type Key } from './zh.js';

export type Language = 'zh' | 'en';
const DICTIONARIES: Record<Language, Dictionary> = { zh, en };
const LOCALES: Record<Language, string> = { zh: 'zh-CN', en: 'en' };
const KEPT_AS = 'newsrelay.language';

export type Say = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

interface Words {
  language: Language;
  locale: string;
  say: Say;
  /** What a dictionary may not know, such as a kind that was added later. */
  sayIfKnown: (key: string) => string | null;
  setLanguage: (language: Language) => void;
}

const WordsContext = createContext<Words | null>(null);

function kept(): Language {
  try {
    return window.localStorage.getItem(KEPT_AS) === 'en' ? 'en' : 'zh';
  } catch {
    return 'zh';
  }
}

/** Chinese unless somebody chose English in this browser. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(kept);
  const dictionary = DICTIONARIES[language];
  useEffect(() => {
    document.documentElement.lang = LOCALES[language];
    document.title = `${dictionary['app.title']} · Newsrelay`;
  }, [language, dictionary]);
  const words: Words = {
    language,
    locale: LOCALES[language],
    say: (key, values) => fill(dictionary[key], values),
    sayIfKnown: (key) => (Object.hasOwn(dictionary, key) ? dictionary[key as Key] : null),
    setLanguage: (chosen) => {
      setLanguage(chosen);
      try {
        window.localStorage.setItem(KEPT_AS, chosen);
      } catch {
        // A browser that keeps nothing: the choice holds for as long as the page is open.
      }
    },
  };
  return <WordsContext value={words}>{children}</WordsContext>;
}

export function useWords(): Words {
  const words = use(WordsContext);
  if (words === null) throw new Error('there is no LanguageProvider above');
  return words;
}
