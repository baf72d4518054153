/** The client that a connector is handed. Whoever implements it applies the address rules, the deadline and the last check before the first byte. */
export interface OutboundHttp {
  /** Throws {@link OutboundFailure} where no complete answer came. Redirects are answers, never followed. */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
}

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  url: string;
  headers: Record<string, string>;
  body?: string;
  /**
   * Bytes of the answer's body that are read and kept as `body`, 1 MiB at most; left out where status and excerpt are all
   * that counts.
   */
  answerBytes?: number;
}

export interface OutboundAnswer {
  status: number;
  /** Lower-case names; of repeated fields the first value. */
  headers: Record<string, string>;
  /**
   * First 4 KiB of the body, decoded as UTF-8 with U+FFFD for what is none and for NUL. Once the head of an answer is
   * there, the answer counts: a body that is cut off, endless or too slow for the deadline shortens the excerpt alone.
   */
  bodyExcerpt: string;
  /** The whole body, decoded as the excerpt is; null where `answerBytes` was not given or the body did not arrive within it. */
  body: string | null;
}

export const OUTBOUND_FAILURES = [
  /** The address, port or scheme is against the rules: nothing was sent. */
  'refused-target',
  /** The name does not resolve, nothing listens, TLS failed: nothing was sent. */
  'connect',
  /** The total deadline passed, before or after the request went out. */
  'timeout',
  /** The connection broke after the request began to go out. */
  'broken',
  /** The head of the answer broke HTTP or its size limit. */
  'bad-answer',
  /** Stopped by us: a withdrawal, a lost lease, a shutdown. */
  'aborted',
] as const;
export type OutboundFailureKind = (typeof OUTBOUND_FAILURES)[number];

/** No complete answer. `sent` tells whether the first byte may have gone out: only then is the outcome unknown. */
export class OutboundFailure extends Error {
  override readonly name = 'OutboundFailure';
  constructor(
    readonly kind: OutboundFailureKind,
    readonly sent: boolean,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
