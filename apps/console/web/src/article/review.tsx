import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import { call } from '../api/call.js';
import { refreshArticle } from '../api/questions.js';
import type { ArticleView, RepairView } from '../api/shapes.js';
import { useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useMay } from '../session/session.js';
import { useWords } from '../words/language.js';
import { proposalInContext } from './proposal-context.js';
import { useRepairWords } from './repair-words.js';
import { Stretches } from './stretches.js';

type Decision = 'accept' | 'reject';

/** Why a version is held, what is to be decided of it, and the two ways out. */
export function Review({ article }: { article: ArticleView }) {
  const { say } = useWords();
  const client = useQueryClient();
  const mayReview = useMay('review');
  const [decisions, setDecisions] = useState<Record<string, Decision>>({});
  const [discarding, setDiscarding] = useState(false);
  const proposals = article.repairs.filter((repair) => repair.class === 'propose');
  const undecided = proposals.filter(({ id }) => decisions[id] === undefined).length;
  const after = () => refreshArticle(client, article.id);
  const approve = useAction<undefined, ArticleView>({
    act: () =>
      call(`/api/v1/articles/${article.id}/approve`, {
        method: 'POST',
        json: { version: article.version, repairs: decisions },
      }),
    done: ({ state }) => say(state === 'scheduled' ? 'review.scheduled' : 'review.approved'),
    after,
  });
  const discard = useAction<undefined, ArticleView>({
    act: () =>
      call(`/api/v1/articles/${article.id}/discard`, { method: 'POST', json: { version: article.version } }),
    done: () => say('review.discarded'),
    after: async () => {
      setDiscarding(false);
      await after();
    },
  });
  const others = article.holds.filter(({ code }) => code !== 'repairs-to-decide');
  return (
    <section className="review" aria-labelledby="review-title">
      <h3 id="review-title">{say('review.title')}</h3>
      <ul className="holds">
        {article.holds.map(({ code, message }) => (
          <li key={code}>
            <bdi>{message}</bdi>
          </li>
        ))}
      </ul>
      {others.length > 0 && <p className="hint">{say('review.needsCorrection')}</p>}
      {article.publishedVersion !== null && (
        <p className="hint">{say('article.stillPublic', { version: article.publishedVersion })}</p>
      )}
      {proposals.length > 0 && (
        <>
          <h4>{say('review.proposals')}</h4>
          <ol className="proposals">
            {proposals.map((repair, index) => (
              <Proposal
                key={repair.id}
                article={article}
                repair={repair}
                number={index + 1}
                decision={decisions[repair.id] ?? null}
                mayDecide={mayReview}
                onDecide={(decision) => {
                  setDecisions((all) => ({ ...all, [repair.id]: decision }));
                }}
              />
            ))}
          </ol>
        </>
      )}
      {mayReview && (
        <div className="actions sticky">
          <Button
            variant="primary"
            isDisabled={undecided > 0 || approve.isPending}
            aria-describedby="review-progress"
            onPress={() => {
              approve.mutate(undefined);
            }}
          >
            {approve.isPending ? say('review.approving') : say('review.approve')}
          </Button>
          <Button
            onPress={() => {
              setDiscarding(true);
            }}
          >
            {say('review.discard')}
          </Button>
          <span id="review-progress" className="quiet">
            {undecided > 0
              ? say('review.approveHint', { n: undecided })
              : proposals.length > 0 &&
                say('review.decided', { done: proposals.length, total: proposals.length })}
          </span>
        </div>
      )}
      <Dialog
        title={say('review.discardTitle')}
        isOpen={discarding}
        onClose={() => {
          setDiscarding(false);
        }}
      >
        <p>
          <bdi>{say('review.discardText', { headline: article.headline, version: article.version })}</bdi>
        </p>
        <div className="actions">
          <Button
            variant="danger"
            isDisabled={discard.isPending}
            onPress={() => {
              discard.mutate(undefined);
            }}
          >
            {say('review.discardConfirm')}
          </Button>
          <Button
            autoFocus
            onPress={() => {
              setDiscarding(false);
            }}
          >
            {say('common.cancel')}
          </Button>
        </div>
      </Dialog>
    </section>
  );
}

function Proposal({
  article,
  repair,
  number,
  decision,
  mayDecide,
  onDecide,
}: {
  article: ArticleView;
  repair: RepairView;
  number: number;
  decision: Decision | null;
  mayDecide: boolean;
  onDecide: (decision: Decision) => void;
}) {
  const { say } = useWords();
  const { kindOf, fieldOf } = useRepairWords();
  return (
    <li className={`proposal ${decision ?? 'open'}`}>
      <RadioGroup
        className="decision"
        orientation="horizontal"
        isDisabled={!mayDecide}
        value={decision}
        onChange={(value) => {
          onDecide(value === 'accept' ? 'accept' : 'reject');
        }}
      >
        <Label className="proposal-title">
          <span aria-hidden="true">{number}. </span>
          <span className="visually-hidden">{say('review.choice', { n: number })}: </span>
          {fieldOf(repair.field)} · {kindOf(repair.kind)}
        </Label>
        <p className="proposal-text" lang={article.language}>
          <Stretches
            stretches={proposalInContext(fieldText(article, repair.field), repair.before, repair.after)}
          />
        </p>
        <div className="choices">
          <Radio value="accept" className="choice">
            {say('review.accept')}
          </Radio>
          <Radio value="reject" className="choice">
            {say('review.reject')}
          </Radio>
        </div>
      </RadioGroup>
    </li>
  );
}

function fieldText(article: ArticleView, field: string): string | null {
  const paragraph = /^body\/(\d+)$/.exec(field)?.[1];
  if (paragraph !== undefined) return article.body[Number(paragraph)] ?? null;
  if (field === 'headline' || field === 'kicker' || field === 'subtitle' || field === 'dateline')
    return article[field];
  return null;
}
