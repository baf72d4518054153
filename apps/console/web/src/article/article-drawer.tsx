import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type RefObject } from 'react';
import { Dialog, Heading, Modal, ModalOverlay, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { go, leave, useAddress } from '../address.js';
import { article as articleQuestion, boardRow } from '../api/questions.js';
import type { ArticleView, BoardArticle } from '../api/shapes.js';
import { useProblemWords } from '../parts/action.js';
import { ApiProblem } from '../api/call.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { ArticleMark } from '../parts/marks.js';
import { ClockTime } from '../parts/time.js';
import { useWords } from '../words/language.js';
import { ArticleText } from './article-text.js';
import { Deliveries } from './deliveries.js';
import { EvidenceButton } from './evidence-button.js';
import { Review, type Decisions } from './review.js';
import { Versions } from './versions.js';
import { WithdrawButton, WithdrawalProgress } from './withdrawal.js';

const PANES = ['text', 'deliveries', 'versions'] as const;
type Pane = (typeof PANES)[number];

/** One article, over the board: opened, left and shown again by the address alone. */
export function ArticleDrawer({ id }: { id: string }) {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery(articleQuestion(id));
  const row = useQuery(boardRow(id));
  const close = () => {
    leave({ article: null, pane: null });
  };
  return (
    <ModalOverlay
      className="overlay drawer-overlay"
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Modal className="drawer">
        <Dialog className="drawer-dialog">
          <div className="drawer-top">
            <div className="article-meta">
              {question.data !== undefined && (
                <>
                  <ArticleMark state={question.data.state} />
                  <span>{say('article.version', { n: question.data.version })}</span>
                  <ClockTime at={question.data.createdAt} />
                </>
              )}
            </div>
            <Button variant="quiet" onPress={close}>
              <Icon name="cross" />
              {say('article.close')}
            </Button>
          </div>
          {question.data !== undefined ? (
            <Opened article={question.data} row={row.data ?? null} />
          ) : (
            <div className="empty">
              <Heading slot="title" level={2}>
                {question.isError
                  ? question.error instanceof ApiProblem && question.error.status === 404
                    ? say('article.missing')
                    : words(question.error)
                  : say('article.loading')}
              </Heading>
            </div>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Opened({ article, row }: { article: ArticleView; row: BoardArticle | null }) {
  const { say } = useWords();
  const address = useAddress();
  const panes = useRef<HTMLDivElement>(null);
  // Kept here: whoever looks at another pane or has to log in again finds them as they were.
  const [decided, setDecided] = useState<{ version: number; decisions: Decisions }>();
  useFocusKept(panes);
  const pane = PANES.find((name) => name === address.get('pane')) ?? 'text';
  const labelOf = (name: Pane) => {
    if (name === 'deliveries' && row !== null && row.total > 0)
      return `${say('article.pane.deliveries')} ${say('board.of', { done: row.done, total: row.total })}`;
    if (name === 'versions') return `${say('article.pane.versions')} ${article.version}`;
    return say(`article.pane.${name}`);
  };
  return (
    <>
      <HeadlineBlock article={article} />
      {row !== null && <WithdrawalProgress row={row} />}
      <EvidenceButton article={article} row={row} />
      <Tabs
        ref={panes}
        className="panes"
        selectedKey={pane}
        onSelectionChange={(key) => {
          go({ pane: key === 'text' ? null : String(key) }, 'replace');
        }}
      >
        <TabList className="pane-tabs" aria-label={say('article.panes')}>
          {PANES.map((name) => (
            <Tab key={name} id={name} className="pane-tab">
              {labelOf(name)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="text" className="pane">
          {article.state === 'held' && (
            <Review
              article={article}
              decisions={decided?.version === article.version ? decided.decisions : {}}
              onDecide={(decisions) => {
                setDecided({ version: article.version, decisions });
              }}
            />
          )}
          <ArticleText article={article} />
          <div className="article-end">
            <WithdrawButton article={article} row={row} />
          </div>
        </TabPanel>
        <TabPanel id="deliveries" className="pane">
          <Deliveries article={article} row={row} />
        </TabPanel>
        <TabPanel id="versions" className="pane">
          <Versions article={article} />
        </TabPanel>
      </Tabs>
    </>
  );
}

/** A button that goes away with what it was for takes the keyboard's focus with it: then it is given to the drawer. */
function useFocusKept(within: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (document.activeElement !== document.body) return;
    within.current?.closest<HTMLElement>('[role="dialog"]')?.focus();
  });
}

function HeadlineBlock({ article }: { article: ArticleView }) {
  const { say } = useWords();
  return (
    <div className="headline-block">
      {article.kicker !== null && (
        <p className="kicker">
          <bdi>{article.kicker}</bdi>
        </p>
      )}
      <Heading slot="title" level={2}>
        <bdi>{article.headline === '' ? say('article.noHeadline') : article.headline}</bdi>
      </Heading>
      {article.subtitle !== null && (
        <p className="subtitle">
          <bdi>{article.subtitle}</bdi>
        </p>
      )}
    </div>
  );
}
