import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '@newsrelay/local-servers/find-program';
import { startServer, type LocalServer } from '@newsrelay/local-servers/server-process';

/** nginx serving the files of a folder, one worker, as it comes from Debian; null where it is not installed. */
export async function startNginx(dataDir: string, files: string): Promise<LocalServer | null> {
  const program = findProgram('nginx');
  if (program === undefined) return null;
  const folder = join(dataDir, 'nginx');
  mkdirSync(folder, { recursive: true });
  return startServer(
    {
      name: 'nginx',
      command: (port) => {
        const file = join(folder, `nginx-${port}.conf`);
        writeFileSync(file, configuration(folder, files, port));
        return { program, args: ['-p', folder, '-c', file, '-e', join(folder, 'error.log')] };
      },
      url: (port) => `http://127.0.0.1:${port}`,
      isReady: async (port) => {
        const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null);
        return answer?.status === 204;
      },
      stopSequence: [{ signal: 'SIGTERM', waitMs: 5_000 }],
    },
    { dataDir },
  );
}

function configuration(folder: string, files: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${folder}/${kind};`)
    .join('\n');
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
${temporary}
  access_log off;
  sendfile on;
  keepalive_requests 1000000000;
  types { application/rss+xml rss; }
  server {
    listen 127.0.0.1:${port};
    location = /ready { return 204; }
    location /feeds/ { alias ${files}/; }
  }
}
`;
}
