import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNginx, startNginx } from '@newsrelay/local-servers/nginx';
import type { LocalServer } from '@newsrelay/local-servers/server-process';

const FOLDER = join(import.meta.dirname, '../../../deploy/gateway');

/** host:port of each service behind the gateway. */
export interface GatewayTargets {
  ingest: string;
  feeds: string;
  console: string;
}

/**
 * Both files of deploy/gateway as they are, made into one configuration as the nginx image does it: `${NAME}` of the
 * variables that NGINX_ENVSUBST_FILTER lets through. Its `include` leads to the folder of this test, its temporary files too.
 */
export function gatewayConfiguration(folder: string, listen: string, targets: GatewayTargets): string {
  const environment: Record<string, string> = {
    NEWSRELAY_GATEWAY_LISTEN: listen,
    NEWSRELAY_GATEWAY_INGEST: targets.ingest,
    NEWSRELAY_GATEWAY_FEEDS: targets.feeds,
    NEWSRELAY_GATEWAY_CONSOLE: targets.console,
    // Addresses: nothing is asked of it. "resolve" is nginx 1.27.3's, and Debian's is older.
    NEWSRELAY_GATEWAY_RESOLVER: '127.0.0.1',
    NEWSRELAY_GATEWAY_RESOLVE: '',
  };
  const template = readFileSync(join(FOLDER, 'gateway.conf.template'), 'utf8');
  const server = template.replace(/\$\{(\w+)\}/g, (whole, name: string) => environment[name] ?? whole);
  mkdirSync(join(folder, 'conf.d'), { recursive: true });
  writeFileSync(join(folder, 'conf.d/gateway.conf'), server);
  // Workers of an nginx that root starts are of another account, which must get at its temporary files.
  return readFileSync(join(FOLDER, 'nginx.conf'), 'utf8')
    .replaceAll('/tmp/', `${folder}/`)
    .replace('/etc/nginx/conf.d/', `${folder}/conf.d/`);
}

/** nginx's own opinion of a configuration. @throws Error with what nginx says */
export function checkConfiguration(folder: string, configuration: string): void {
  const file = join(folder, 'check.conf');
  writeFileSync(file, configuration);
  // Its output goes to a file: /dev/stdout, which the configuration names, cannot be opened where it is a socket.
  const said = join(folder, 'check.log');
  const output = openSync(said, 'w');
  const run = spawnSync(findNginx(), ['-t', '-p', folder, '-c', file, '-e', 'stderr'], {
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  if (run.status !== 0) throw new Error(readFileSync(said, 'utf8'));
}

/** The gateway before services that run here. */
export async function startGateway(
  dataDir: string,
  targets: GatewayTargets,
  port: number,
): Promise<LocalServer> {
  const folder = join(dataDir, 'gateway');
  mkdirSync(folder, { recursive: true });
  return startNginx({
    dataDir,
    port,
    configuration: () => gatewayConfiguration(folder, `127.0.0.1:${port}`, targets),
  });
}
