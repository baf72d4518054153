import { second, type Breach } from './breach.js';
import { headlineOf } from '../newsroom/article.js';
import type { Records } from './records.js';
import type { ArticleStory, Push, Story } from './story.js';

/** The newsroom was answered, and what came is what it said. */
export function checkNewsroom(records: Records, story: Story): Breach[] {
  return [...answers(records), ...ends(records), ...unasked(story)];
}

function answers({ acts }: Records): Breach[] {
  return acts.flatMap(({ act, articleId, answeredAt, sentAt, odd }): Breach[] => {
    const about = { outlet: null, articleId };
    const what = `${act.kind} of article ${act.article} (edition ${act.edition})`;
    return [
      ...odd.map(({ at, status, text }) => ({
        ...about,
        kind: 'odd-answer' as const,
        at,
        text: `${what} was answered ${status} at ${second(at)}: ${text}`,
      })),
      ...(answeredAt === null
        ? [{ ...about, kind: 'unanswered' as const, at: sentAt, text: `${what}, sent at ${second(sentAt)}` }]
        : []),
    ];
  });
}

function ends({ unaskedEnds, cameToRest }: Records): Breach[] {
  const nowhere = { outlet: null, articleId: null };
  return [
    ...unaskedEnds.map(({ service, at, how }) => ({
      ...nowhere,
      kind: 'unasked-end' as const,
      at,
      text: `${service} ended at ${second(at)} (${how})`,
    })),
    ...(cameToRest
      ? []
      : [
          {
            ...nowhere,
            kind: 'no-rest' as const,
            at: null,
            text: 'deliveries of outlets that are well were open',
          },
        ]),
  ];
}

function unasked({ articles, pushes }: Story): Breach[] {
  const breaches: Breach[] = [];
  for (const [outlet, ofOutlet] of pushes) {
    for (const [articleId, own] of ofOutlet) {
      for (const push of own) {
        const fault = faultOf(push, articles.get(articleId));
        if (fault === null) continue;
        const at = push.receipt.headAt;
        const text = `${push.identity.action} of version ${push.identity.version} at ${second(at)}: ${fault}`;
        breaches.push({ kind: 'unasked', outlet, articleId, at, text });
      }
    }
  }
  return breaches;
}

function faultOf({ receipt, identity }: Push, article: ArticleStory | undefined): string | null {
  if (article === undefined) return 'no such article was taken in';
  if (identity.action === 'withdraw') {
    const sentAt = article.withdrawal?.sentAt ?? null;
    if (sentAt === null) return article.uncertain ? null : 'nobody withdrew it';
    return receipt.headAt < sentAt ? `it was withdrawn at ${second(sentAt)} only` : null;
  }
  const said = article.versions.get(identity.version);
  if (said === undefined) return article.uncertain ? null : 'there is no such version';
  const headline = receipt.content?.headline ?? null;
  return headline === null || headline === headlineOf(said.act)
    ? null
    : `its headline is "${headline}", and was "${headlineOf(said.act)}"`;
}
