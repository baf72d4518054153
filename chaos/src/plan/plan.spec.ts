import { describe, expect, it } from '@jest/globals';
import { planLines, planOf } from './plan.js';
import { Random } from './random.js';
import { isIll, TEMPER_NAMES } from './tempers.js';

const MINUTE = 60_000;

describe('a plan', () => {
  it('follows from seed and duration alone', () => {
    expect(planOf('seven', 3 * MINUTE)).toEqual(planOf('seven', 3 * MINUTE));
    expect(planLines(planOf('seven', MINUTE))).toEqual(planLines(planOf('seven', MINUTE)));
    const [one, other] = [planOf('seven', MINUTE), planOf('eight', MINUTE)];
    expect(one.faults).not.toEqual(other.faults);
    expect(one.acts).not.toEqual(other.acts);
  });

  it('has fifty outlets, of every temper', () => {
    const { outlets } = planOf('1', MINUTE);
    expect(outlets).toHaveLength(50);
    expect(new Set(outlets.map(({ temper }) => temper))).toEqual(new Set(TEMPER_NAMES));
    expect(new Set(outlets.map(({ id }) => id)).size).toBe(50);
    for (const outlet of outlets) expect(isIll(outlet, 60 * MINUTE)).toBe(!outlet.endsWell);
  });

  it('does to an article only what can be done to it, in order', () => {
    const { acts } = planOf('2', 10 * MINUTE);
    const byArticle = Map.groupBy(acts, ({ article }) => article);
    for (const own of byArticle.values()) {
      expect(own.map(({ edition }) => edition)).toEqual(own.map((_, index) => index + 1));
      expect(own.map(({ kind }) => kind === 'post')).toEqual(own.map((_, index) => index === 0));
      expect([-1, own.length - 1]).toContain(own.findIndex(({ kind }) => kind === 'withdraw'));
    }
    for (const kind of ['post', 'correct', 'withdraw'])
      expect(acts.some((act) => act.kind === kind)).toBe(true);
  });

  it('has every kind of fault in five minutes, one at a time in a lane, and calm at the start', () => {
    const { faults } = planOf('3', 5 * MINUTE);
    const kinds = new Set(faults.map(({ target, kind }) => `${target} ${kind}`));
    for (const each of [
      'publish-1 suspend',
      'publish-2 kill',
      'postgres suspend',
      'redis empty',
      'nats kill',
    ])
      expect(kinds).toContain(each);
    for (const lane of Map.groupBy(faults, (fault) => fault.lane).values()) {
      for (const [index, fault] of lane.entries()) {
        const next = lane[index + 1];
        if (next !== undefined) expect(next.atMs).toBeGreaterThan(fault.atMs + fault.lastsMs);
      }
    }
    expect(Math.min(...faults.map(({ atMs }) => atMs))).toBeGreaterThan(15_000);
    expect(Math.max(...faults.map(({ atMs, lastsMs }) => atMs + lastsMs))).toBeLessThanOrEqual(5 * MINUTE);
    expect(faults.some(({ target, lastsMs }) => target === 'publish-1' && lastsMs > 20_000)).toBe(true);
  });

  it('draws evenly', () => {
    const random = new Random('even');
    const drawn = Array.from({ length: 10_000 }, () => random.next());
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    const mean = drawn.reduce((sum, each) => sum + each, 0) / drawn.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
    const [low, high] = [random.whole(1, 3), random.whole(1, 3)];
    for (const each of [low, high]) expect([1, 2, 3]).toContain(each);
  });
});
