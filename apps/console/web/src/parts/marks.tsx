import type { DeliveryState, Standing, VersionState } from '../api/shapes.js';
import { useWords } from '../words/language.js';
import type { Key } from '../words/zh.js';
import { Icon, type IconName } from './icon.js';

/* A state is a sign, a word and a colour: whoever does not see the one has the others. */

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'none';

export interface DeliveryShown {
  state: DeliveryState;
  action: 'publish' | 'withdraw';
  standing?: Standing;
}

const SIGNS: Record<DeliveryState, { icon: IconName; tone: Tone }> = {
  queued: { icon: 'clock', tone: 'busy' },
  sending: { icon: 'send', tone: 'busy' },
  retrying: { icon: 'retry', tone: 'warn' },
  accepted: { icon: 'eye', tone: 'busy' },
  delivered: { icon: 'check', tone: 'good' },
  superseded: { icon: 'minus', tone: 'none' },
  canceled: { icon: 'minus', tone: 'none' },
  unknown: { icon: 'question', tone: 'warn' },
  manual: { icon: 'hand', tone: 'warn' },
  dead: { icon: 'cross', tone: 'bad' },
};

/** How a delivery is shown: in a paused channel what waits is held back, which is another thing than waiting. */
export function deliverySign({ state, action, standing }: DeliveryShown): {
  icon: IconName;
  tone: Tone;
  key: Key;
} {
  if (state === 'queued' && standing === 'problem')
    return { icon: 'pause', tone: 'warn', key: 'delivery.paused' };
  const sign = SIGNS[state];
  if (action === 'withdraw' && state !== 'superseded' && state !== 'canceled') {
    const key = `delivery.withdraw.${state}` as const;
    return state === 'delivered' ? { icon: 'down', tone: 'none', key } : { ...sign, key };
  }
  return { ...sign, tone: standing === 'none' ? 'none' : sign.tone, key: `delivery.${state}` };
}

export function DeliveryMark(shown: DeliveryShown) {
  const { say } = useWords();
  const { icon, tone, key } = deliverySign(shown);
  return (
    <span className={`mark ${tone}`}>
      <Icon name={icon} />
      {say(key)}
    </span>
  );
}

const ARTICLE_SIGNS: Record<VersionState, { icon: IconName; tone: Tone }> = {
  held: { icon: 'hand', tone: 'warn' },
  scheduled: { icon: 'clock', tone: 'busy' },
  published: { icon: 'check', tone: 'good' },
  discarded: { icon: 'minus', tone: 'none' },
  withdrawn: { icon: 'down', tone: 'none' },
};

export function ArticleMark({ state }: { state: VersionState }) {
  const { say } = useWords();
  const { icon, tone } = ARTICLE_SIGNS[state];
  return (
    <span className={`mark ${tone}`}>
      <Icon name={icon} />
      {say(`state.${state}`)}
    </span>
  );
}
