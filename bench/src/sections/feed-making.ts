import { figure, type Figure } from '../measuring/figures.js';
import { inTurn } from '../measuring/rounds.js';
import type { Closing } from '../stand/closing.js';
import { NodeChild } from '../stand/node-child.js';
import type { Stand } from '../stand/stand.js';

/** What the making process calls ours and the baseline, with the words for both. */
const PAIRS = [
  { name: 'RSS after one item changed', ours: 'rss', full: 'feed rss', baseline: '`feed`, all of rss2()' },
  {
    name: 'all three documents after one item changed',
    ours: 'all',
    full: 'feed all',
    baseline: '`feed`, all of rss2(), atom1() and json1()',
  },
] as const;
const MOST_RATIO = 0.1;

/** Time of making documents anew where one item of many changed, and of compressing one. */
export async function feedMaking(stand: Stand, own: Closing, logDir: string): Promise<Figure[]> {
  const { items, making } = stand.plan.feeds;
  const child = (): NodeChild => {
    const made = new NodeChild({ script: 'feed-making', args: [String(items)], logDir });
    own.add(() => made.stop());
    return made;
  };
  const figures: Figure[] = [];
  for (const { name, ours, full, baseline } of PAIRS) {
    // One process for each: code that another one warmed up would not be what it is alone.
    const [first, second] = [child(), child()];
    const time = (asked: NodeChild, maker: string) => () =>
      asked.ask<number>('time', { maker, milliseconds: making });
    stand.say(name);
    const rounds = await inTurn(
      { newsrelay: time(first, ours), [baseline]: time(second, full) },
      stand.plan.rounds,
      stand,
    );
    figures.push(
      figure({
        name,
        unit: 'ms',
        better: 'lower',
        ours: rounds.get('newsrelay') ?? [],
        baselines: { [baseline]: rounds.get(baseline) ?? [] },
        expect: { ratioAtMost: MOST_RATIO },
      }),
    );
  }
  const [compressor, renderer] = [child(), child()];
  const [{ full, baseline }] = PAIRS;
  for (const coding of ['gzip', 'br'] as const) {
    const sizes = new Set<string>();
    const rounds = await inTurn(
      {
        newsrelay: async () => {
          const asked = { coding, milliseconds: making };
          const { ms, bytes, of } = await compressor.ask<{ ms: number; bytes: number; of: number }>(
            'code',
            asked,
          );
          sizes.add(`${bytes} of ${of} bytes`);
          return ms;
        },
        // What the peers do at each change, or each request: whether compressing is much is seen beside it.
        [baseline]: () => renderer.ask<number>('time', { maker: full, milliseconds: making }),
      },
      stand.plan.rounds,
      stand,
    );
    figures.push(
      figure({
        name: `RSS in ${coding}, ${[...sizes].join(', ')}, once per change and process`,
        unit: 'ms',
        better: 'lower',
        ours: rounds.get('newsrelay') ?? [],
        baselines: { [baseline]: rounds.get(baseline) ?? [] },
      }),
    );
  }
  return figures;
}
