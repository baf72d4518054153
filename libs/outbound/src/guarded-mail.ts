import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { OutboundFailure } from '@newsrelay/channel-kit/outbound-http';
import {
  MailRefusal,
  type MailMessage,
  type MailReceipt,
  type MailServer,
  type OutboundMail,
} from '@newsrelay/channel-kit/outbound-mail';
import { RefusedTargetError } from './exchange.js';
import { allowedAddresses, whyNameIsRefused, type LookupRules } from './guarded-lookup.js';
import { systemResolver, type ResolveName } from './resolve-name.js';
import { checkMailServer, parseAllowTargets } from './target-rules.js';

/** Bytes of one reply of a server that are put up with. */
const MAX_REPLY_BYTES = 64 * 1024;

export interface GuardedMailOptions {
  /** CIDRs for which the address, port and TLS rules are lifted. */
  allowTargets: readonly string[];
  /** How names are resolved; the system's way by default. */
  resolveName?: ResolveName;
  /** Certificate authorities (PEM) instead of the system's. */
  ca?: string | readonly string[];
}

export interface MailBinding {
  signal: AbortSignal;
  /** Milliseconds for the whole message, from the name to the server's yes. */
  deadlineMs: number;
}

/**
 * The one mail client. The address that the socket gets is the one that was checked: the mail library is handed a connected
 * socket and resolves nothing itself. The certificate is checked against the name, whatever the address.
 */
export class GuardedMail {
  readonly #rules: LookupRules;
  readonly #ca: string[] | undefined;

  /** Throws an Error that names the wrong CIDR. */
  constructor(options: GuardedMailOptions) {
    this.#rules = {
      allow: parseAllowTargets(options.allowTargets),
      resolveName: options.resolveName ?? systemResolver(),
    };
    this.#ca = options.ca === undefined ? undefined : [options.ca].flat();
  }

  /** A client for one message. */
  bind({ signal, deadlineMs }: MailBinding): OutboundMail {
    const deadline = AbortSignal.timeout(deadlineMs);
    const until = AbortSignal.any([signal, deadline]);
    return {
      send: async (server, message) => {
        const state = { sent: false };
        try {
          return await this.#send(server, message, until, state);
        } catch (error) {
          throw asFailure(error, state.sent, { signal, deadline, deadlineMs });
        }
      },
    };
  }

  /** Whether a sink may have this server: null, or why not. A name that does not resolve is accepted, as for HTTP. */
  async resolveTarget(server: Pick<MailServer, 'host' | 'port' | 'security'>): Promise<string | null> {
    const verdict = checkMailServer(server, this.#rules.allow);
    if (verdict.refused !== null) return verdict.refused;
    return verdict.isAddress ? null : whyNameIsRefused(server.host, this.#rules, verdict.onlyAllowListed);
  }

  async #send(
    server: MailServer,
    message: MailMessage,
    until: AbortSignal,
    state: { sent: boolean },
  ): Promise<MailReceipt> {
    const connection = await this.#connect(server, until);
    try {
      const transport = createTransport({
        host: server.host,
        port: server.port,
        connection,
        secure: server.security === 'tls',
        requireTLS: server.security === 'starttls',
        ignoreTLS: server.security === 'none',
        maxResponseSize: MAX_REPLY_BYTES,
        tls: {
          minVersion: 'TLSv1.2',
          rejectUnauthorized: true,
          ...(isIP(server.host) === 0 ? { servername: server.host } : {}),
          ...(this.#ca === undefined ? {} : { ca: this.#ca }),
        },
        ...(server.login === null
          ? {}
          : { auth: { user: server.login.username, pass: server.login.password } }),
        // What a message says is text: nothing of it is a path or an address to be read from.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      state.sent = true;
      const { response, rejected } = await transport.sendMail({
        from: message.from,
        to: [...message.to],
        subject: message.subject,
        text: message.text,
        messageId: `<${message.messageId}>`,
        date: message.at,
        textEncoding: 'base64',
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: until,
      });
      return { response, rejected };
    } finally {
      connection.destroy();
    }
  }

  /** A socket to the first address that passes and answers. */
  async #connect({ host, port, security }: MailServer, until: AbortSignal): Promise<Socket> {
    const verdict = checkMailServer({ host, port, security }, this.#rules.allow);
    if (verdict.refused !== null) throw new RefusedTargetError(`the target ${verdict.refused}`);
    const addresses = verdict.isAddress
      ? [host]
      : await Promise.race([
          allowedAddresses(host, this.#rules, verdict.onlyAllowListed),
          once(until, 'abort').then(() => Promise.reject(new Error('too late'))),
        ]);
    const failures: unknown[] = [];
    for (const address of addresses) {
      until.throwIfAborted();
      const socket = connect({ host: address, port });
      try {
        await once(socket, 'connect', { signal: until });
        return socket;
      } catch (error) {
        socket.destroy();
        failures.push(error);
      }
    }
    throw failures[0] instanceof Error ? failures[0] : new Error(`no connection to ${host}`);
  }
}

/** What a failure means for whoever sends: a refusal of the server, or no complete answer. */
function asFailure(
  error: unknown,
  sent: boolean,
  { signal, deadline, deadlineMs }: MailBinding & { deadline: AbortSignal },
): Error {
  if (error instanceof MailRefusal) return error;
  const said = error instanceof Error ? error.message : String(error);
  const failed = (kind: OutboundFailure['kind'], message: string) =>
    new OutboundFailure(kind, sent, message, { cause: error });
  if (error instanceof RefusedTargetError) return failed('refused-target', said);
  if (signal.aborted) return failed('aborted', 'stopped');
  if (deadline.aborted) return failed('timeout', `no answer within ${deadlineMs} ms`);
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  if (typeof responseCode === 'number') return new MailRefusal(responseCode, said, { cause: error });
  if (code === 'EENVELOPE' || code === 'EAUTH' || code === 'ENOAUTH')
    return new MailRefusal(null, said, { cause: error });
  if (!sent) return failed('connect', `no connection: ${said}`);
  return failed(code === 'ETLS' ? 'connect' : 'broken', `the mail server did not take it: ${said}`);
}
