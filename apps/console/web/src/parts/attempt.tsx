import { useWords } from '../words/language.js';
import { duration } from '../words/times.js';
import { Reason } from './reason.js';
import { ClockTime } from './time.js';

/** Lines of an answer. */
const ANSWER_LINES = 6;

/** One try at somebody else's server and what it answered; `said` is what it came to, in words. */
export function Attempt({
  attempt,
  said,
  code = (status) => `HTTP ${status}`,
}: {
  attempt: {
    startedAt: string;
    durationMs: number | null;
    status: number | null;
    error: string | null;
    response: string | null;
  };
  said: string;
  /** How the number of an answer is called. */
  code?: (status: number) => string;
}) {
  const { say } = useWords();
  const answer = attempt.response?.split('\n').slice(0, ANSWER_LINES).join('\n').trim() ?? '';
  return (
    <div className="attempt">
      <div className="attempt-line">
        <ClockTime at={attempt.startedAt} />
        <strong>{said}</strong>
        {attempt.status !== null && <span>{code(attempt.status)}</span>}
        {attempt.durationMs !== null && <span className="quiet">{duration(attempt.durationMs, say)}</span>}
      </div>
      {attempt.error !== null && (
        <div className="attempt-error">
          <Reason reason={attempt.error} />
        </div>
      )}
      {answer !== '' && (
        <pre className="answer" dir="auto" aria-label={say('deliveries.answer')}>
          {answer}
        </pre>
      )}
    </div>
  );
}
