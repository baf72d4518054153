import { expect, it } from '@jest/globals';
import { ChannelLabels, OTHER_CHANNELS } from './channel-labels.js';

it('gives the first channels a label of their own, and keeps it', () => {
  const labels = new ChannelLabels(2);
  expect(['a', 'b', 'c', 'a', 'c', 'b'].map((id) => labels.of(id))).toEqual([
    'a',
    'b',
    OTHER_CHANNELS,
    'a',
    OTHER_CHANNELS,
    'b',
  ]);
});
