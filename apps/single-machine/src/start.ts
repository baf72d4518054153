import { SettingsError } from '@newsrelay/config/environment';
import type { LauncherSettings } from '@newsrelay/config/launcher';
import { shownPath } from './shown-path.js';
import { exitCodeOf, type StopSignals } from './stop-signals.js';
import type { KeptKey } from './supervisor/kept-keys.js';
import { Supervisor, type Running, type Scripts } from './supervisor/supervisor.js';
import type { Terminal } from './terminal.js';

/** What happens between readiness and the end; resolves with an exit code, or not at all. */
export type Work = (running: Running, supervisor: Supervisor) => Promise<number>;

export interface RunOptions {
  readonly scripts?: Scripts;
  /** The exit code after a signal: 0 unless given, since the long-running mode ends in no other way. */
  readonly interrupted?: (signal: NodeJS.Signals) => number;
}

/**
 * Runs the single-machine mode until a signal, or until `work` is done.
 *
 * @returns the exit code: 0 after an orderly end that was asked for, 2 for a setting that cannot be used
 */
export async function runUntilStopped(
  settings: LauncherSettings,
  terminal: Terminal,
  signals: StopSignals,
  work: Work,
  { scripts, interrupted = () => 0 }: RunOptions = {},
): Promise<number> {
  const supervisor = new Supervisor(settings, terminal, scripts);
  const from = performance.now();
  let ready = false;
  const run = async (): Promise<number> => {
    const running = await supervisor.start();
    ready = true;
    announce(running, settings, (performance.now() - from) / 1000, terminal);
    return work(running, supervisor);
  };
  let halted = false;
  const forced = signals.second.then(async (signal) => {
    halted = true;
    await supervisor.halt();
    return exitCodeOf(signal);
  });
  const orderly = async (): Promise<number> => {
    try {
      const code = await Promise.race([run(), signals.first.then(interrupted)]);
      terminal.say('Stopping …');
      await supervisor.stop();
      // What was killed ends the orderly way as well, but it was not orderly.
      if (halted) return await forced;
      terminal.say('Stopped.');
      return code;
    } catch (error) {
      terminal.say(
        `${ready ? 'Newsrelay ends' : 'Newsrelay does not start'}: ${error instanceof Error ? error.message : String(error)}`,
      );
      await supervisor.stop();
      return error instanceof SettingsError ? 2 : 1;
    }
  };
  return Promise.race([orderly(), forced]);
}

/** The long-running mode: nothing more to do than to be there. */
export const stayUp: Work = () => new Promise<number>(() => undefined);

function announce(running: Running, settings: LauncherSettings, seconds: number, { say }: Terminal): void {
  say(`Newsrelay is ready after ${seconds.toFixed(1)} s: ${running.localUrl}`);
  if (running.publicUrl !== running.localUrl) say(`  public address  ${running.publicUrl}`);
  say(`  data and logs   ${shownPath(settings.dataDir)}`);
  sayKey('API key (admin)', running.adminKey, say);
  sayKey('encryption key ', running.encryptionKey, say);
}

/** A key is shown at the start that made it; later on, where it lies. */
function sayKey(what: string, key: KeptKey, say: (line: string) => void): void {
  if (key.file === null) return;
  const where = shownPath(key.file);
  say(key.fresh ? `  ${what} ${key.value}  (kept in ${where}; shown only now)` : `  ${what} in ${where}`);
}
