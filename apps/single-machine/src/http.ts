import { readEnvironment } from '@newsrelay/config/environment';
import { singleMachineHttpSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { followParent } from './follow-parent.js';
import { httpProcess } from './processes.js';

const launcherGone = new Promise<void>((resolve) => {
  followParent(resolve);
});

await runUntilStopped(
  async () => startServiceProcess(httpProcess(readEnvironment(singleMachineHttpSettings))),
  launcherGone,
);
