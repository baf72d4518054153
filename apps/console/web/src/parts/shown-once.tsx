import { useState } from 'react';
import { useWords } from '../words/language.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';

/** A secret on its one appearance: left only by saying that it is kept. */
export function ShownOnce({
  title,
  secrets,
  onDone,
}: {
  title: string;
  secrets: Record<string, string>;
  onDone: () => void;
}) {
  const { say } = useWords();
  const [copied, setCopied] = useState<string | null>(null);
  return (
    <Dialog title={title} isOpen insistent onClose={onDone}>
      {Object.entries(secrets).map(([name, secret]) => (
        <div key={name} className="shown-once">
          <label htmlFor={`secret-${name}`}>{name}</label>
          <div className="row">
            <input id={`secret-${name}`} className="input mono" readOnly value={secret} />
            <Button
              onPress={() => {
                void navigator.clipboard.writeText(secret).then(() => {
                  setCopied(name);
                });
              }}
            >
              {copied === name ? say('form.copied') : say('form.copy')}
            </Button>
          </div>
        </div>
      ))}
      <div className="actions">
        <Button variant="primary" autoFocus onPress={onDone}>
          {say('form.done')}
        </Button>
      </div>
    </Dialog>
  );
}
