import { describe, expect, it } from '@jest/globals';
import { deliveryId, webhookId } from '@newsrelay/contracts/keys';
import { BREACHES, type BreachKind } from './breach.js';
import { check } from './check.js';
import { countRepeats } from './check-repeats.js';
import { ARTICLE, contentOf, HANGING, History, NOT_ANSWERED, WELL } from './history.fixture.js';
import { storyOf } from './story.js';

const kindsOf = (history: History) => check(history.records()).map(({ kind }) => kind);
const told = () => new History();
/** Two versions, each at the outlet in its time. */
const corrected = () => told().said('post', 0).got(1, 100).said('correct', 1_000).got(2, 1_100);
const otherId = webhookId(deliveryId(ARTICLE, 9, WELL.id, 'publish'));

describe('the checker', () => {
  const CLEAN: Record<string, History> = {
    'a correction that follows its article': corrected(),
    'a version that was overtaken before it began': told().said('post', 0).said('correct', 20).got(2, 100),
    'a withdrawal that follows': corrected().said('withdraw', 2_000).gotWithdrawal(2, 2_100),
    'a withdrawal of what never began to arrive': told().said('post', 0).said('withdraw', 20),
    'content that came before the withdrawal was answered': told()
      .said('post', 0)
      .said('withdraw', 1_000, { answeredAt: 1_200 })
      .got(1, 1_100, NOT_ANSWERED)
      .gotWithdrawal(1, 1_300),
    'content that may have come before, and was seen after': told()
      .said('post', 0)
      .said('withdraw', 1_000, { answeredAt: 1_098 })
      .got(1, 1_100, NOT_ANSWERED)
      .gotWithdrawal(1, 1_300),
    'a repeat of what was not answered': told()
      .said('post', 0)
      .got(1, 100, NOT_ANSWERED)
      .got(1, 2_000)
      .ledgerSays(1, 'delivered'),
    'a repeat of what was answered to a sender that was killed': told()
      .said('post', 0)
      .got(1, 100)
      .fault('publish-2', 'kill', 104, 4_000)
      .got(1, 20_200),
    'a repeat of what was answered while PostgreSQL was away': told()
      .said('post', 0)
      .fault('postgres', 'suspend', 50, 9_000)
      .got(1, 100)
      .got(1, 20_200),
    'a second sender beside one that sleeps past its lease': told()
      .said('post', 0)
      .got(1, 100, { ...NOT_ANSWERED, endedAt: 26_500 })
      .fault('publish-1', 'suspend', 150, 26_000)
      .got(1, 21_000)
      .ledgerSays(1, 'delivered'),
    'a 2xx that crossed with the withdrawal which stopped it': told()
      .said('post', 0)
      .said('withdraw', 90, { answeredAt: 200 })
      .got(1, 100)
      .ledgerSays(1, 'canceled')
      .gotWithdrawal(1, 300),
    'an outlet that never answers': corrected().got(1, 100, { ...NOT_ANSWERED, endedAt: 15_100 }, HANGING),
    'a request that broke off before its body': told()
      .said('post', 0)
      .got(1, 100, { ...NOT_ANSWERED, content: null })
      .got(1, 1_000)
      .ledgerSays(1, 'delivered'),
  };

  it.each(Object.keys(CLEAN))('finds nothing in %s', (name) => {
    const history = CLEAN[name] ?? told();
    expect(check(history.records())).toEqual([]);
  });

  const GUILTY: [what: string, kind: BreachKind, history: History][] = [
    ['a correction that never came', 'missing', told().said('post', 0).got(1, 100).said('correct', 1_000)],
    [
      'a correction that came and was never taken',
      'missing',
      told().said('post', 0).got(1, 100).said('correct', 1_000).got(2, 1_100, NOT_ANSWERED),
    ],
    ['a withdrawal that never came', 'missing-withdrawal', corrected().said('withdraw', 2_000)],
    [
      'a withdrawal that never came where content began to arrive and was not taken',
      'missing-withdrawal',
      told().said('post', 0).got(1, 100, NOT_ANSWERED).said('withdraw', 1_000),
    ],
    [
      'an older version after a newer one',
      'older-after-newer',
      told().said('post', 0).said('correct', 20).got(2, 100).got(1, 200, NOT_ANSWERED),
    ],
    [
      'an older version that broke off, after a newer one',
      'older-after-newer',
      told()
        .said('post', 0)
        .said('correct', 20)
        .got(2, 100)
        .got(1, 200, { ...NOT_ANSWERED, content: null }),
    ],
    [
      'an older version after a newer one that is not taken yet',
      'older-after-newer',
      told()
        .said('post', 0)
        .said('correct', 20)
        .got(2, 100, NOT_ANSWERED)
        .got(1, 200)
        .got(2, 300)
        .ledgerSays(2, 'delivered'),
    ],
    [
      'content after the 202 of its withdrawal',
      'content-after-withdrawal',
      told().said('post', 0).said('withdraw', 50).got(1, 100).gotWithdrawal(1, 200),
    ],
    [
      'content after the withdrawal at an outlet that never answers',
      'content-after-withdrawal',
      told()
        .said('post', 0)
        .said('withdraw', 50, { answeredAt: 10_000 })
        .gotWithdrawal(1, 100, NOT_ANSWERED, HANGING)
        .got(1, 400, NOT_ANSWERED, HANGING),
    ],
    [
      'a delivery under two ids',
      'second-id',
      corrected().got(2, 1_200, { ...NOT_ANSWERED, webhookId: otherId }),
    ],
    [
      'an id of two deliveries',
      'id-of-two',
      told()
        .said('post', 0)
        .got(1, 100)
        .said('correct', 1_000)
        .got(1, 1_100, { content: contentOf('publish', 2) }),
    ],
    [
      'a repeat with other bytes',
      'other-bytes',
      told()
        .said('post', 0)
        .got(1, 100, NOT_ANSWERED)
        .got(1, 1_000, { content: contentOf('publish', 1, { digest: 'other' }) })
        .ledgerSays(1, 'delivered'),
    ],
    [
      'a wrong signature',
      'bad-signature',
      told()
        .said('post', 0)
        .got(1, 100, { content: contentOf('publish', 1, { signatureValid: false }) }),
    ],
    ['a repeat after a 2xx', 'repeat-after-2xx', corrected().got(2, 2_000)],
    [
      'a repeat after a 2xx, with a fault of Redis alone near it',
      'repeat-after-2xx',
      corrected().fault('redis', 'empty', 1_100, 1_200).got(2, 2_000),
    ],
    [
      'a repeat after a 2xx, with a sender killed long after it',
      'repeat-after-2xx',
      corrected().fault('publish-1', 'kill', 9_000, 10_000).got(2, 30_000),
    ],
    [
      'two requests of one article at once',
      'overlap',
      told()
        .said('post', 0)
        .got(1, 100, { ...NOT_ANSWERED, endedAt: 5_000 })
        .got(1, 2_000)
        .ledgerSays(1, 'delivered'),
    ],
    [
      'a second sender before the lease of one that sleeps can be over',
      'overlap',
      told()
        .said('post', 0)
        .got(1, 100, { ...NOT_ANSWERED, endedAt: 26_500 })
        .fault('publish-1', 'suspend', 150, 26_000)
        .got(1, 3_000)
        .ledgerSays(1, 'delivered'),
    ],
    [
      'a withdrawal beside the content that it takes down',
      'overlap',
      told()
        .said('post', 0)
        .got(1, 100, { ...NOT_ANSWERED, endedAt: 5_000 })
        .said('withdraw', 1_000)
        .gotWithdrawal(1, 1_500),
    ],
    ['a version that nobody sent in', 'unasked', corrected().got(7, 1_300)],
    [
      'another text under the number of a version',
      'unasked',
      told()
        .said('post', 0)
        .got(1, 100, { content: contentOf('publish', 1, { headline: '别的' }) }),
    ],
    ['a withdrawal that nobody ordered', 'unasked', corrected().gotWithdrawal(2, 1_300)],
    [
      'a withdrawal before it was ordered',
      'unasked',
      corrected().gotWithdrawal(2, 1_300).said('withdraw', 2_000),
    ],
    [
      'a delivered row that the outlet never saw',
      'ledger-without-receipt',
      told().said('post', 0).said('correct', 20).got(2, 100).ledgerSays(1, 'delivered'),
    ],
    [
      'a delivered row that the outlet refused',
      'ledger-without-receipt',
      told().said('post', 0).got(1, 100, { answered: 500 }).ledgerSays(1, 'delivered'),
    ],
    ['a 2xx that the ledger forgot', 'receipt-without-ledger', corrected().ledgerSays(1, 'superseded')],
    [
      'a 2xx of a delivery that the ledger does not know',
      'receipt-without-ledger',
      corrected().ledgerSays(2, null),
    ],
    [
      'an act that was never answered',
      'unanswered',
      corrected().said('correct', 2_000, { answeredAt: null, version: null }),
    ],
    [
      'an answer that is none of the contract',
      'odd-answer',
      told()
        .said('post', 0, { odd: [{ at: 3, status: 500, text: 'x' }] })
        .got(1, 100),
    ],
    ['a process that ended by itself', 'unasked-end', corrected().endedByItself('publish-1', 500)],
    ['work that went on', 'no-rest', corrected().neverRested()],
  ];

  it.each(GUILTY)('sees %s: %s', (_what, kind, history) => {
    expect(kindsOf(history)).toContain(kind);
  });

  it('has a history for every kind of breach', () => {
    expect(new Set(GUILTY.map(([, kind]) => kind))).toEqual(new Set(Object.keys(BREACHES)));
  });

  it('counts repeats by why they came', () => {
    const history = told()
      .said('post', 0)
      .got(1, 100, NOT_ANSWERED)
      .got(1, 1_000)
      .fault('postgres', 'kill', 1_002, 3_000)
      .got(1, 21_500)
      .got(1, 40_000);
    const records = history.records();
    expect(countRepeats(records, storyOf(records), new Set([WELL.id]))).toEqual({
      afterFailure: 1,
      afterLostAnswer: 1,
      unexplained: 1,
    });
  });
});
