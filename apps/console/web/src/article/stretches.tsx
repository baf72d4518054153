import { useWords } from '../words/language.js';
import type { Stretch } from './text-diff.js';

/** Text with what came and what went: by colour and line for the eye, by `ins` and `del` and a word for the ear. */
export function Stretches({ stretches }: { stretches: readonly Stretch[] }) {
  const { say } = useWords();
  return (
    <bdi className="diff">
      {stretches.map(({ kind, text }, index) => {
        if (kind === 'same') return <span key={index}>{text}</span>;
        const Tag = kind === 'added' ? 'ins' : 'del';
        return (
          <Tag key={index}>
            <span className="visually-hidden">
              {say(kind === 'added' ? 'versions.added' : 'versions.removed')}{' '}
            </span>
            {text}
          </Tag>
        );
      })}
    </bdi>
  );
}
