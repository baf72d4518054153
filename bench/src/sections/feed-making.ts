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
  const compressor = child();
  for (const coding of ['gzip', 'br'] as const) {
    const code = () =>
      compressor.ask<{ ms: number; bytes: number; of: number }>('code', { coding, milliseconds: making });
    const rounds = (await inTurn({ newsrelay: code }, stand.plan.rounds, stand)).get('newsrelay') ?? [];
    figures.push(
      figure({
        name: `RSS in ${coding}, ${rounds[0]?.bytes ?? 0} of ${rounds[0]?.of ?? 0} bytes, once per change and process`,
        unit: 'ms',
        better: 'lower',
        ours: rounds.map(({ ms }) => ms),
        baselines: {},
      }),
    );
  }
  return figures;
}
