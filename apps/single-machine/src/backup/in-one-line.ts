import { SettingsError } from '@newsrelay/config/environment';
import type { Terminal } from '../terminal.js';

/** Does the work, or says in one line why not. @returns the exit code */
export async function inOneLine(
  terminal: Terminal,
  failed: string,
  work: () => Promise<void>,
): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    terminal.say(`${failed}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
