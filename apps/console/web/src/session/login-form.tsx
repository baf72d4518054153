import { useState } from 'react';
import { ApiProblem, call } from '../api/call.js';
import { Button } from '../parts/button.js';
import { useProblemWords } from '../parts/action.js';
import { useWords } from '../words/language.js';

/** Asks for the key, once; the cookie that comes back is out of the page's reach. */
export function LoginForm({ onLogin }: { onLogin: () => void }) {
  const { say } = useWords();
  const words = useProblemWords();
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function logIn(): Promise<void> {
    if (key.trim() === '') {
      setError(say('login.empty'));
      return;
    }
    setBusy(true);
    try {
      await call('/session', { method: 'POST', json: { key: key.trim() } });
      setError(null);
      setKey('');
      onLogin();
    } catch (problem) {
      setError(refusal(problem));
    } finally {
      setBusy(false);
    }
  }

  function refusal(problem: unknown): string {
    const { status, retryAfter } =
      problem instanceof ApiProblem ? problem : { status: 500, retryAfter: null };
    if (status === 401 || status === 422) return say('login.wrong');
    if (status === 403) return say('login.source');
    if (status === 429) return say('login.tooMany', { seconds: retryAfter ?? 60 });
    return words(problem);
  }

  return (
    <form
      className="login-form"
      onSubmit={(event) => {
        event.preventDefault();
        void logIn();
      }}
    >
      <label htmlFor="key">{say('login.key')}</label>
      <input
        id="key"
        className="input"
        type="password"
        autoComplete="current-password"
        autoFocus
        value={key}
        aria-invalid={error !== null}
        aria-describedby="key-hint key-error"
        onChange={(event) => {
          setKey(event.target.value);
        }}
      />
      <p id="key-hint" className="hint">
        {say('login.hint')}
      </p>
      <p id="key-error" className="error" role="alert">
        {error}
      </p>
      <Button variant="primary" type="submit" isDisabled={busy}>
        {busy ? say('login.busy') : say('login.submit')}
      </Button>
    </form>
  );
}
