import { useEffect, useState } from 'react';
import { go } from '../address.js';
import type { BoardQuestion } from '../api/questions.js';
import type { ChannelView } from '../api/shapes.js';
import { Icon } from '../parts/icon.js';
import { useWords } from '../words/language.js';

/** A search begins so long after the last key, milliseconds. */
const SETTLED_MS = 300;

export function Filters({
  question,
  channels,
  sections,
}: {
  question: BoardQuestion;
  channels: ChannelView[];
  sections: string[];
}) {
  const { say } = useWords();
  const shownSections =
    question.section === null || sections.includes(question.section)
      ? sections
      : [question.section, ...sections];
  return (
    <div className="filters" role="search">
      <Search key={question.q === null ? 'empty' : 'asked'} q={question.q ?? ''} />
      <select
        className="input"
        aria-label={say('board.channel')}
        value={question.channel ?? ''}
        onChange={(event) => {
          go({ channel: event.target.value, cursor: null });
        }}
      >
        <option value="">{say('board.channelAll')}</option>
        {channels.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label={say('board.section')}
        value={question.section ?? ''}
        onChange={(event) => {
          go({ section: event.target.value, cursor: null });
        }}
      >
        <option value="">{say('board.sectionAll')}</option>
        {shownSections.map((section) => (
          <option key={section} value={section}>
            {section}
          </option>
        ))}
      </select>
    </div>
  );
}

function Search({ q }: { q: string }) {
  const { say } = useWords();
  const [text, setText] = useState(q);
  useEffect(() => {
    if (text.trim() === q) return undefined;
    const timer = window.setTimeout(() => {
      // Each letter is no place to come back to.
      go({ q: text.trim(), cursor: null }, q === '' ? 'push' : 'replace');
    }, SETTLED_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [text, q]);
  return (
    <div className="search">
      <Icon name="search" />
      <input
        className="input"
        type="search"
        aria-label={say('board.search')}
        placeholder={say('board.search')}
        maxLength={200}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
    </div>
  );
}
