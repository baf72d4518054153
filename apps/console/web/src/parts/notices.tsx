import { createContext, use, useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from './button.js';
import { useWords } from '../words/language.js';

export type Tone = 'good' | 'bad';
interface Notice {
  id: number;
  text: string;
  tone: Tone;
}
export type Tell = (text: string, tone?: Tone) => void;

const NoticesContext = createContext<{ tell: Tell; announce: (text: string) => void } | null>(null);

/** A notice that is no complaint goes by itself after this, milliseconds. */
const GOES_AFTER_MS = 6_000;

/**
 * What an action came to, seen and heard; and what is only heard, for changes that the eye sees anyway. One polite region
 * for the whole page: nothing interrupts.
 */
export function NoticesProvider({ children }: { children: ReactNode }) {
  const { say } = useWords();
  const [notices, setNotices] = useState<Notice[]>([]);
  const [heard, setHeard] = useState('');
  const last = useRef(0);
  const dismiss = useCallback((id: number) => {
    setNotices((all) => all.filter((notice) => notice.id !== id));
  }, []);
  const tell = useCallback<Tell>((text, tone = 'good') => {
    last.current += 1;
    const notice = { id: last.current, text, tone };
    setNotices((all) => [...all.slice(-2), notice]);
  }, []);
  return (
    <NoticesContext value={{ tell, announce: setHeard }}>
      {children}
      {/* Above everything, dialogs included: what is told there belongs to what was done there. */}
      <div className="notices" data-react-aria-top-layer="true">
        <div role="status" aria-live="polite">
          {notices.map(({ id, text, tone }) => (
            <div key={id} className={`notice ${tone}`}>
              <span>{text}</span>
              <Button
                small
                variant="quiet"
                onPress={() => {
                  dismiss(id);
                }}
              >
                {say('common.dismiss')}
              </Button>
              {tone === 'good' && <Expiry id={id} dismiss={dismiss} />}
            </div>
          ))}
        </div>
        <div className="visually-hidden" aria-live="polite" aria-atomic="true">
          {heard}
        </div>
      </div>
    </NoticesContext>
  );
}

function Expiry({ id, dismiss }: { id: number; dismiss: (id: number) => void }) {
  useEffect(() => {
    const timer = window.setTimeout(() => {
      dismiss(id);
    }, GOES_AFTER_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, [id, dismiss]);
  return null;
}

export function useNotices() {
  const notices = use(NoticesContext);
  if (notices === null) throw new Error('there is no NoticesProvider above');
  return notices;
}
