import { describe, expect, it } from '@jest/globals';
import { figure } from './measuring/figures.js';
import { machineLines, sectionLines } from './report.js';

describe('the report', () => {
  it('shows medians and spreads beside each baseline, and what was expected', () => {
    const lines = sectionLines({
      section: 'deliveries',
      title: 'Deliveries',
      settings: { outlets: 20 },
      counts: [],
      figures: [
        figure({
          name: 'deliveries',
          unit: '/s',
          better: 'higher',
          ours: [300, 330, 310],
          baselines: { bare: [1000, 1000, 1000] },
          expect: { ratioAtLeast: 0.4 },
        }),
      ],
      notes: ['a note'],
    });
    expect(lines).toEqual([
      '',
      'Deliveries',
      '  outlets: 20',
      '  deliveries (higher is better, 3 rounds; expected at least 0.4 × bare: NO)',
      '          310 /s  (300–330)            newsrelay',
      '         1000 /s  (1000–1000)          bare; ours is 0.310 × (0.300–0.330)',
      '  a note',
    ]);
  });

  it('warns of a busy machine', () => {
    const facts = { system: 's', processor: 'p', cores: 2, memoryMiB: 1, node: 'v', loadBefore: 1 };
    expect(machineLines({ ...facts, warning: null })).toHaveLength(1);
    expect(machineLines({ ...facts, warning: 'it is busy' })[1]).toBe('Warning: it is busy.');
  });
});
