import { useWords } from '../words/language.js';
import { REPEATABLE, SCOPES, type Repeatable, type Scope } from './window.js';

/** Which of the window's articles: what did not arrive, everything, or by state. */
export function ScopeChoice({
  scope,
  onScope,
  chosen,
  onChosen,
  error,
}: {
  scope: Scope;
  onScope: (scope: Scope) => void;
  chosen: readonly Repeatable[];
  onChosen: (states: Repeatable[]) => void;
  error: string | null;
}) {
  const { say } = useWords();
  return (
    <fieldset aria-describedby={error === null ? undefined : 'scope-error'}>
      <legend>{say('replays.scope')}</legend>
      {SCOPES.map((name) => (
        <label key={name} className="check">
          <input
            type="radio"
            name="replay-scope"
            checked={scope === name}
            onChange={() => {
              onScope(name);
            }}
          />
          {say(`replays.scope.${name}`)}
        </label>
      ))}
      {scope === 'chosen' && (
        <div className="nested">
          {REPEATABLE.map((state) => (
            <label key={state} className="check">
              <input
                type="checkbox"
                checked={chosen.includes(state)}
                onChange={(event) => {
                  onChosen(
                    event.target.checked ? [...chosen, state] : chosen.filter((each) => each !== state),
                  );
                }}
              />
              {say(`delivery.${state}`)}
            </label>
          ))}
        </div>
      )}
      {error !== null && (
        <p id="scope-error" className="error" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
