import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { ActRecord } from '../checker/records.js';
import type { Act } from '../plan/newsroom-acts.js';
import { articleJson } from './article.js';

/** A withdrawal is answered when nothing of it is in flight any more: 20 s where a sender cannot be heard. Milliseconds. */
const ANSWER_WITHIN_MS = 30_000;
const AGAIN_MS = 250;
/** Of an answer that nobody should get, so much is kept. */
const EXCERPT = 300;

type OpenRecord = { -readonly [K in keyof ActRecord]: ActRecord[K] } & { odd: ActRecord['odd'][number][] };

export interface NewsroomOptions {
  readonly acts: readonly Act[];
  readonly url: string;
  readonly key: string;
  readonly seed: string;
  /** Milliseconds from the start of the run. */
  readonly now: () => number;
  /** Aborts when no answer is waited for any more. */
  readonly giveUp: AbortSignal;
}

/** A newsroom that goes on asking until it is answered: intake may be away. */
export class Newsroom {
  readonly records: readonly ActRecord[];
  readonly #open: readonly OpenRecord[];
  readonly #agent = new Agent({
    connections: 32,
    headersTimeout: ANSWER_WITHIN_MS,
    bodyTimeout: ANSWER_WITHIN_MS,
  });

  constructor(private readonly options: NewsroomOptions) {
    this.#open = options.acts.map((act) => ({
      act,
      sentAt: null,
      answeredAt: null,
      status: null,
      articleId: null,
      version: null,
      odd: [],
      tries: 0,
    }));
    this.records = this.#open;
  }

  /** Returns once everything is answered, or given up. */
  async work(): Promise<void> {
    const byArticle = Map.groupBy(this.#open, ({ act }) => act.article);
    await Promise.all([...byArticle.values()].map((own) => this.#inOrder(own)));
    await this.#agent.destroy();
  }

  /** One after the other: what follows needs to know what came of what was before. */
  async #inOrder(own: readonly OpenRecord[]): Promise<void> {
    const { now, giveUp } = this.options;
    let articleId: string | null = null;
    for (const record of own) {
      const leftMs = record.act.atMs - now();
      if (leftMs > 0) await delay(leftMs, undefined, { signal: giveUp }).catch(() => undefined);
      record.articleId = articleId;
      await this.#untilAnswered(record);
      if (record.answeredAt === null) return;
      articleId = record.articleId;
    }
  }

  async #untilAnswered(record: OpenRecord): Promise<void> {
    const { now, giveUp } = this.options;
    while (!giveUp.aborted) {
      record.sentAt ??= now();
      record.tries += 1;
      const answer = await this.#send(record.act, record.articleId).catch(() => null);
      if (answer !== null && (answer.status === 202 || answer.status === 200)) {
        const said = JSON.parse(answer.text) as { id?: string; version?: number };
        record.answeredAt = now();
        record.status = answer.status;
        record.articleId ??= said.id ?? null;
        record.version = said.version ?? null;
        return;
      }
      if (answer !== null && answer.status !== 503)
        record.odd.push({ at: now(), status: answer.status, text: answer.text.slice(0, EXCERPT) });
      await delay(AGAIN_MS, undefined, { signal: giveUp }).catch(() => undefined);
    }
  }

  async #send(act: Act, articleId: string | null): Promise<{ status: number; text: string }> {
    const { url, key, seed, giveUp } = this.options;
    const path = { post: '', correct: `/${articleId ?? ''}`, withdraw: `/${articleId ?? ''}/withdraw` }[
      act.kind
    ];
    const answer = await request(`${url}/api/v1/articles${path}`, {
      dispatcher: this.#agent,
      method: act.kind === 'correct' ? 'PUT' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: act.kind === 'withdraw' ? JSON.stringify({ reason: '事实有误' }) : articleJson(act, seed),
      signal: giveUp,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  }
}
