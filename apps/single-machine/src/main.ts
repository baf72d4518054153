import { SettingsError } from '@newsrelay/config/environment';
import { launcherSettings } from '@newsrelay/config/launcher';
import { runDemo } from './demo/demo.js';
import { runUntilStopped, stayUp } from './start.js';
import { stopSignals } from './stop-signals.js';
import { makeDataFolder } from './supervisor/data-folder.js';
import { Terminal } from './terminal.js';

const terminal = new Terminal();
const signals = stopSignals();
const [command, ...options] = process.argv.slice(2);

try {
  const settings = launcherSettings();
  makeDataFolder(settings.dataDir);
  process.exit(
    command === 'demo'
      ? await runDemo(settings, terminal, signals, { once: options.includes('--once') })
      : await runUntilStopped(settings, terminal, signals, stayUp),
  );
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  terminal.say(error.message);
  process.exit(2);
}
