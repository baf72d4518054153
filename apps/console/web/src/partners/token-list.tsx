import { useQuery } from '@tanstack/react-query';
import { feedTokens } from '../api/questions.js';
import type { FeedTokenView } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { useNow } from '../parts/now.js';
import { RelativeTime } from '../parts/time.js';
import { useWords } from '../words/language.js';
import { clockTime } from '../words/times.js';

interface Actions {
  onRotate?: (token: FeedTokenView) => void;
  onRevoke?: (token: FeedTokenView) => void;
}

/** The tokens of a channel, each with its last use. */
export function TokenList({
  channelId,
  isProtected,
  ...actions
}: { channelId: string; isProtected: boolean } & Actions) {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery(feedTokens(channelId));
  return (
    <section aria-labelledby="feed-tokens">
      <h3 id="feed-tokens">{say('partners.tokens')}</h3>
      {question.isPending && <p className="quiet">{say('common.loading')}</p>}
      {question.isError && <p>{words(question.error)}</p>}
      {question.data?.length === 0 && (
        <p className="quiet">{say(isProtected ? 'partners.noTokensProtected' : 'partners.noTokens')}</p>
      )}
      <ul className="token-list">
        {question.data?.map((token) => (
          <li key={token.id} data-token={token.name}>
            <TokenItem token={token} {...actions} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function TokenItem({ token, onRotate, onRevoke }: { token: FeedTokenView } & Actions) {
  const { say, locale } = useWords();
  const now = useNow();
  const { expiresAt, previous } = token;
  const clock = (at: string) => clockTime(at, now, locale);
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= now;
  const of = <span className="visually-hidden">{token.name}</span>;
  return (
    <>
      <p>
        <strong>
          <bdi>{token.name}</bdi>
        </strong>{' '}
        <span className="mono quiet">{token.token}</span>
      </p>
      <p className="small quiet">
        {say('partners.lastUsed')}
        {token.lastUsedAt === null ? say('partners.neverUsed') : <RelativeTime past at={token.lastUsedAt} />}
        {expiresAt !== null &&
          ` · ${say(isOver ? 'partners.expired' : 'partners.validUntil', { at: clock(expiresAt) })}`}
      </p>
      {previous !== null && (
        <p className="small quiet">
          {say('partners.previousUntil', { at: clock(previous.validUntil) })}
          {previous.lastUsedAt === null ? (
            say('partners.previousUnused')
          ) : (
            <>
              {say('partners.previousUsed')}
              <RelativeTime past at={previous.lastUsedAt} />
            </>
          )}
        </p>
      )}
      {(onRotate !== undefined || onRevoke !== undefined) && (
        <div className="actions">
          {onRotate !== undefined && !isOver && (
            <Button
              small
              onPress={() => {
                onRotate(token);
              }}
            >
              {say('partners.rotate')}
              {of}
            </Button>
          )}
          {onRevoke !== undefined && (
            <Button
              small
              onPress={() => {
                onRevoke(token);
              }}
            >
              {say('partners.revoke')}
              {of}
            </Button>
          )}
        </div>
      )}
    </>
  );
}
