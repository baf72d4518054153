import { SettingsError } from '@newsrelay/config/environment';
import { launcherSettings, type LauncherSettings } from '@newsrelay/config/launcher';
import { runBackup } from './backup/backup.js';
import { runRestore } from './backup/restore.js';
import { rotateEncryptionKey } from './backup/rotate-encryption-key.js';
import { checkEdition } from './check-edition.js';
import { changeDemo } from './demo/changes.js';
import { runDemo } from './demo/demo.js';
import { runUntilStopped, stayUp } from './start.js';
import { stopSignals } from './stop-signals.js';
import { makeDataFolder } from './supervisor/data-folder.js';
import { Terminal } from './terminal.js';
import { verifyEvidenceFile } from './verify-evidence.js';

const terminal = new Terminal();
const signals = stopSignals();
const [command, ...options] = process.argv.slice(2);

function run(settings: LauncherSettings): Promise<number> {
  if (command === 'demo') return runDemoOrChange(settings);
  if (command === 'backup') return runBackup(settings, terminal, options);
  if (command === 'restore') return runRestore(settings, terminal, options);
  if (command === 'rotate-encryption-key') return rotateEncryptionKey(settings, terminal, options);
  return runUntilStopped(settings, terminal, signals, stayUp);
}

function runDemoOrChange(settings: LauncherSettings): Promise<number> {
  const [change, number] = options;
  return change === 'correct' || change === 'withdraw'
    ? changeDemo(settings, terminal.say, change, number === undefined ? undefined : Number(number))
    : runDemo(settings, terminal, signals, { once: options.includes('--once') });
}

if (command === 'editions') process.exit(checkEdition(options));
if (command === 'verify-evidence') process.exit(verifyEvidenceFile(terminal, options));

try {
  const settings = launcherSettings();
  makeDataFolder(settings.dataDir);
  process.exit(await run(settings));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  terminal.say(error.message);
  process.exit(2);
}
