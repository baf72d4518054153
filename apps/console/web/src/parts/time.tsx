import { useWords } from '../words/language.js';
import { clockTime, relativeTime } from '../words/times.js';
import { useNow } from './now.js';

/**
 * How long ago or in how long; the exact time where one points. What is `past` never reads as something to come, however long
 * the page has not looked at its clock.
 */
export function RelativeTime({ at, past = false }: { at: string; past?: boolean }) {
  const { locale, say } = useWords();
  const seen = useNow();
  const now = past ? Math.max(seen, Date.parse(at)) : seen;
  return (
    <time dateTime={at} title={clockTime(at, now, locale)}>
      {relativeTime(at, now, locale, say)}
    </time>
  );
}

export function ClockTime({ at }: { at: string }) {
  const { locale } = useWords();
  const now = useNow();
  return <time dateTime={at}>{clockTime(at, now, locale)}</time>;
}

/** When a scheduled version goes out by itself. */
export function EmbargoTime({ at }: { at: string }) {
  const { locale, say } = useWords();
  const now = useNow();
  return <time dateTime={at}>{say('article.embargo', { at: clockTime(at, now, locale) })}</time>;
}
