import { MutationCache, QueryCache, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiProblem, onUnauthorised } from './api/call.js';
import { me } from './api/questions.js';
import { Desk } from './desk.js';
import { Button } from './parts/button.js';
import { useProblemWords } from './parts/action.js';
import { Dialog } from './parts/dialog.js';
import { NoticesProvider } from './parts/notices.js';
import { LoginForm } from './session/login-form.js';
import { nextPlace } from './session/next-place.js';
import { SessionContext } from './session/session.js';
import { LanguageProvider, useWords } from './words/language.js';

const client = new QueryClient({
  queryCache: new QueryCache(),
  mutationCache: new MutationCache(),
  defaultOptions: {
    queries: {
      // The server says what changed; a tab that comes back asks anyway.
      staleTime: 60_000,
      refetchOnWindowFocus: 'always',
      networkMode: 'always',
      retry: (failures, error) =>
        failures < 3 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
      retryDelay: (failure) => Math.min(1_000 * 2 ** failure, 8_000),
    },
    mutations: { networkMode: 'always' },
  },
});

export function App() {
  return (
    <LanguageProvider>
      <QueryClientProvider client={client}>
        <NoticesProvider>
          <Gate />
        </NoticesProvider>
      </QueryClientProvider>
    </LanguageProvider>
  );
}

/** Nobody sees the desk before a login; after one, the desk stays where it is while the key is asked for again. */
function Gate() {
  const { say } = useWords();
  const words = useProblemWords();
  const question = useQuery(me);
  const [expired, setExpired] = useState(false);
  const loggedOut = question.error instanceof ApiProblem && question.error.status === 401;
  const someone = question.data;

  useEffect(
    () =>
      onUnauthorised(() => {
        setExpired(true);
      }),
    [],
  );
  useEffect(() => {
    const next = nextPlace(window.location.search);
    if (someone !== undefined && next !== null) window.location.replace(next);
  }, [someone]);

  function loggedIn(): void {
    setExpired(false);
    void client.invalidateQueries();
  }

  if (someone !== undefined) {
    return (
      <SessionContext value={someone}>
        <Desk loggedIn={!expired} />
        <Dialog title={say('login.expired')} isOpen={expired} insistent onClose={() => undefined}>
          <p>{say('login.expiredHint')}</p>
          <LoginForm onLogin={loggedIn} />
        </Dialog>
      </SessionContext>
    );
  }
  if (loggedOut) return <LoginPage onLogin={loggedIn} />;
  if (question.isError) {
    return (
      <main className="center">
        <p>{words(question.error)}</p>
        <Button
          onPress={() => {
            void question.refetch();
          }}
        >
          {say('common.retry')}
        </Button>
      </main>
    );
  }
  return (
    <main className="center" aria-busy="true">
      <p>{say('common.loading')}</p>
    </main>
  );
}

function LoginPage({ onLogin }: { onLogin: () => void }) {
  const { say, language, setLanguage } = useWords();
  return (
    <main className="center">
      <div className="login">
        <div className="brand" aria-hidden="true">
          Newsrelay
        </div>
        <h1>{say('login.title')}</h1>
        <LoginForm onLogin={onLogin} />
        <Button
          variant="quiet"
          small
          onPress={() => {
            setLanguage(language === 'zh' ? 'en' : 'zh');
          }}
        >
          <span lang={language === 'zh' ? 'en' : 'zh-CN'}>{say('nav.language')}</span>
        </Button>
      </div>
    </main>
  );
}
