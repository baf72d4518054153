import { useWords } from '../words/language.js';
import type { Key } from '../words/zh.js';
import { Icon, type IconName } from './icon.js';
import type { Tone } from './marks.js';

/** How something does, at a glance. */
export interface Sign {
  icon: IconName;
  tone: Tone;
  key: Key;
}

/** The first line of a card: what people call it, how it does, what the API calls it and of which type it is. */
export function EntryHead({ name, sign, id, type }: { name: string; sign: Sign; id: string; type: string }) {
  const { say } = useWords();
  return (
    <div className="channel-head">
      <h2>
        <bdi>{name}</bdi>
      </h2>
      <span className={`mark ${sign.tone}`}>
        <Icon name={sign.icon} />
        {say(sign.key)}
      </span>
      <span className="quiet small">
        {id} · {type}
      </span>
    </div>
  );
}
