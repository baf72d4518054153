import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, type ReactNode } from 'react';
import { useAddress } from './address.js';
import { call } from './api/call.js';
import { openTasks } from './api/questions.js';
import { ArticleDrawer } from './article/article-drawer.js';
import { BoardScreen } from './board/board-screen.js';
import { useLiveUpdates, type Liveness } from './live/live-updates.js';
import { Button } from './parts/button.js';
import { Icon } from './parts/icon.js';
import { useNotices } from './parts/notices.js';
import { PlaceLink } from './parts/place-link.js';
import { useMay, useMe } from './session/session.js';
import { useWords } from './words/language.js';
import type { Key } from './words/zh.js';

// Looked at less often than the board: loaded when they are.
const TasksScreen = lazy(() => import('./tasks/tasks-screen.js'));
const ChannelsScreen = lazy(() => import('./channels/channels-screen.js'));
const StatusScreen = lazy(() => import('./status/status-screen.js'));
const AlarmSinksScreen = lazy(() => import('./admin/alarm-sinks-screen.js'));
const KeysScreen = lazy(() => import('./admin/keys-screen.js'));
const AuditScreen = lazy(() => import('./admin/audit-screen.js'));

const SCREENS = ['board', 'tasks', 'channels', 'status', 'alarms', 'keys', 'audit'] as const;
type ScreenName = (typeof SCREENS)[number];
/** Screens for those who may do what they are for. */
const FOR_RIGHTS: readonly ScreenName[] = ['alarms', 'keys', 'audit'];
const KEEPS: Record<string, string | null> = {
  view: null,
  channel: null,
  section: null,
  q: null,
  cursor: null,
  article: null,
  pane: null,
  next: null,
  tasks: null,
  channels: null,
};

export function Desk({ loggedIn }: { loggedIn: boolean }) {
  const { say } = useWords();
  const mayAlarms = useMay('alarms');
  const mayKeys = useMay('keys');
  const mayAudit = useMay('audit');
  const address = useAddress();
  const liveness = useLiveUpdates(useQueryClient(), loggedIn);
  const asked = address.get('screen') ?? 'board';
  const screen = SCREENS.find((name) => name === asked) ?? 'board';
  const articleId = address.get('article');
  return (
    <>
      <a className="skip" href="#content">
        {say('app.skip')}
      </a>
      <TopBar screen={screen} liveness={liveness} />
      <ConnectionBanner liveness={liveness} />
      <main id="content" tabIndex={-1}>
        <Suspense fallback={<p className="quiet">{say('common.loading')}</p>}>
          {screen === 'board' && <BoardScreen />}
          {screen === 'tasks' && <TasksScreen />}
          {screen === 'channels' && <ChannelsScreen />}
          {screen === 'status' && <StatusScreen />}
          {screen === 'alarms' && mayAlarms && <AlarmSinksScreen />}
          {screen === 'keys' && mayKeys && <KeysScreen />}
          {screen === 'audit' && mayAudit && <AuditScreen />}
        </Suspense>
      </main>
      {articleId !== null && <ArticleDrawer key={articleId} id={articleId} />}
    </>
  );
}

function TopBar({ screen, liveness }: { screen: ScreenName; liveness: Liveness }) {
  const { say, language, setLanguage } = useWords();
  const someone = useMe();
  const shown = SCREENS.filter((name) => !FOR_RIGHTS.includes(name) || someone.may.includes(name));
  return (
    <header className="top">
      <div className="brand">
        Newsrelay <span>{say('app.title')}</span>
      </div>
      <nav aria-label={say('nav.label')}>
        {shown.map((name) => (
          <ScreenLink key={name} to={name} isHere={name === screen}>
            {say(`nav.${name}` as Key)}
            {name === 'tasks' && <OpenTasks />}
          </ScreenLink>
        ))}
        {someone.may.includes('queues') && (
          <a href="/queues" target="_blank" rel="noreferrer">
            {say('nav.queues')}
            <Icon name="external" />
            <span className="visually-hidden">{say('common.newWindow')}</span>
          </a>
        )}
      </nav>
      <div className="top-right">
        <span className={`live ${liveness}`}>
          <span className="live-dot" aria-hidden="true" />
          {say(`live.${liveness}`)}
        </span>
        <Button
          variant="quiet"
          small
          onPress={() => {
            setLanguage(language === 'zh' ? 'en' : 'zh');
          }}
        >
          <span lang={language === 'zh' ? 'en' : 'zh-CN'}>{say('nav.language')}</span>
        </Button>
        <span className="who">
          <bdi>{say('nav.signedInAs', { name: someone.name, role: say(`role.${someone.role}`) })}</bdi>
        </span>
        <Button
          variant="quiet"
          small
          onPress={() => {
            // A fresh page: nothing that was read stays in memory.
            void call('/session', { method: 'DELETE' })
              .catch(() => undefined)
              .then(() => {
                window.location.assign('/');
              });
          }}
        >
          {say('nav.logout')}
        </Button>
      </div>
    </header>
  );
}

/** How many wait for somebody; nothing while none does. */
function OpenTasks() {
  const { say } = useWords();
  const { items, nextCursor } = useQuery(openTasks).data ?? { items: [], nextCursor: null };
  if (items.length === 0) return null;
  const n = nextCursor === null ? String(items.length) : say('board.count', { n: items.length });
  return (
    <span className="count some">
      {n}
      <span className="visually-hidden">{say('tasks.open')}</span>
    </span>
  );
}

function ScreenLink({ to, isHere, children }: { to: ScreenName; isHere: boolean; children: ReactNode }) {
  return (
    <PlaceLink to={{ ...KEEPS, screen: to === 'board' ? null : to }} isHere={isHere}>
      {children}
    </PlaceLink>
  );
}

/** Says when what is shown may be old, and once when it is not any more. */
function ConnectionBanner({ liveness }: { liveness: Liveness }) {
  const { say } = useWords();
  const { announce } = useNotices();
  const before = useRef<Liveness>('connecting');
  const lost = liveness === 'down' || liveness === 'ledger';
  const text =
    liveness === 'down' ? say('live.downLong') : liveness === 'ledger' ? say('live.ledgerLong') : '';
  useEffect(() => {
    const wasLost = before.current === 'down' || before.current === 'ledger';
    before.current = liveness;
    if (lost) announce(text);
    else if (wasLost && liveness === 'live') announce(say('live.back'));
  }, [liveness, lost, text, announce, say]);
  if (!lost) return null;
  return (
    <div className="banner">
      <Icon name="hand" />
      {text}
    </div>
  );
}
