import { join } from 'node:path';
import type { LauncherSettings } from '@newsrelay/config/launcher';

/** The demo keeps to a folder of its own within the data folder. */
export const demoFolder = ({ dataDir }: LauncherSettings): string => join(dataDir, 'demo');
