import { readEnvironment } from '@newsrelay/config/environment';
import { singleMachineWorkersSettings } from '@newsrelay/config/processes';
import { runUntilStopped } from '@newsrelay/service-process/run';
import { startServiceProcess } from '@newsrelay/service-process/service-process';
import { followParent } from './follow-parent.js';
import { workersProcess } from './processes.js';

const launcherGone = new Promise<void>((resolve) => {
  followParent(resolve);
});

await runUntilStopped(
  async () => startServiceProcess(workersProcess(readEnvironment(singleMachineWorkersSettings))),
  launcherGone,
);
