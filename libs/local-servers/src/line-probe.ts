import { connect } from 'node:net';

/**
 * Opens a connection to a port of 127.0.0.1, sends `greeting` if given, and returns what comes back up to
 * the first line end; `undefined` when nothing does within a second.
 */
export function askForLine(port: number, greeting?: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (line?: string): void => {
      socket.destroy();
      resolve(line);
    };
    socket.setTimeout(1000, finish);
    socket.once('error', () => {
      finish();
    });
    socket.once('close', () => {
      finish();
    });
    socket.once('connect', () => {
      if (greeting !== undefined) socket.write(greeting);
    });
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n');
      if (end >= 0) finish(received.slice(0, end));
    });
  });
}
