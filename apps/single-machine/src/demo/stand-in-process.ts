import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isPortFree } from '@newsrelay/local-servers/free-port';
import { pollUntil } from '@newsrelay/local-servers/poll-until';
import { ChildService } from '../supervisor/child-service.js';
import type { Supervisor } from '../supervisor/supervisor.js';

/** What an outlet of the demo is made of. */
export interface StandInSpec {
  /** Of its process and its folder below the demo's. */
  readonly name: string;
  /** Entry file beside this one, called with FOLDER PORT. */
  readonly script: string;
  /** Name of the file with the secret that it shares with its channel. */
  readonly secretFile: string;
  readonly makeSecret: () => string;
  /** Answers 200 as soon as it is there. */
  readonly probePath: string;
}

/** An outlet of the demo: a process with a port, a secret and a memory of its own. */
export class StandInProcess {
  private constructor(
    private readonly spec: StandInSpec,
    private readonly folder: string,
    readonly port: number,
    /** What its channel proves itself with. */
    readonly secret: string,
  ) {}

  /** Finds the outlet of an earlier run in `dataDir`, or makes one. */
  static async open(dataDir: string, spec: StandInSpec): Promise<StandInProcess> {
    const folder = join(dataDir, spec.name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const secretFile = join(folder, spec.secretFile);
    if (!existsSync(secretFile)) writeFileSync(secretFile, `${spec.makeSecret()}\n`, { mode: 0o600 });
    const portFile = join(folder, 'port');
    let port = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : await freePort();
    if (!(await isPortFree(port))) port = await freePort();
    writeFileSync(portFile, `${port}\n`);
    return new StandInProcess(spec, folder, port, readFileSync(secretFile, 'utf8').trim());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** @param more what its script is called with besides */
  async start(
    supervisor: Supervisor,
    dataDir: string,
    say: (line: string) => void,
    more: readonly string[] = [],
  ): Promise<void> {
    const { name, script, probePath } = this.spec;
    await supervisor.add(
      new ChildService({
        name,
        script: fileURLToPath(new URL(script, import.meta.url)),
        args: [this.folder, String(this.port), ...more],
        // An outlet is a stranger: nothing of ours is its business, the keys least of all.
        environment: {},
        dataDir,
        say,
      }),
    );
    const answers = (): Promise<boolean> =>
      fetch(this.url + probePath, { signal: AbortSignal.timeout(5000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    await pollUntil(name, answers, { timeoutMs: 20_000 });
  }
}
