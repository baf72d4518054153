import { SettingsError } from '@newsrelay/config/environment';
import { isPortFree } from '@newsrelay/local-servers/free-port';

/** The public port cannot be had. */
export class PortUnusableError extends Error {
  override readonly name = 'PortUnusableError';
}

/**
 * Whether the public port can be had now.
 *
 * @throws SettingsError when `bind` is no address of this machine; PortUnusableError when the port is root's
 */
export async function isPublicPortFree(port: number, bind: string): Promise<boolean> {
  try {
    return await isPortFree(port, bind);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') {
      throw new PortUnusableError(
        `port ${port} is reserved for root: set NEWSRELAY_PORT to one from 1024 on`,
      );
    }
    throw new SettingsError(
      `NEWSRELAY_BIND: ${bind} is no address of this machine (${code ?? 'unknown error'}): set it to one, such as 127.0.0.1`,
    );
  }
}

/** @throws SettingsError, PortUnusableError in words that name the setting, before anything is started */
export async function checkPublicPort(port: number, bind: string): Promise<void> {
  if (await isPublicPortFree(port, bind)) return;
  throw new PortUnusableError(
    `port ${port} of ${bind} is taken by another program: stop that one, or set NEWSRELAY_PORT to a free port`,
  );
}
