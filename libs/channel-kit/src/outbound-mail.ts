/** The mail client that an alarm sink is handed. Whoever implements it applies the address rules, TLS and the deadline. */
export interface OutboundMail {
  /**
   * Hands one message to a mail server and waits until it took it, for one recipient at least; `rejected` are the others.
   *
   * @throws OutboundFailure where no connection was to be had, or it broke or took too long
   * @throws MailRefusal where the server said no
   */
  send(server: MailServer, message: MailMessage): Promise<MailReceipt>;
}

export interface MailReceipt {
  /** The server's reply. */
  response: string;
  rejected: readonly string[];
}

/**
 * `tls`: from the first byte (RFC 8314, port 465). `starttls`: after a STARTTLS that the server must offer (port 587).
 * `none`: in the clear, which addresses of the allow list alone may be spoken to with.
 */
export const MAIL_SECURITY = ['tls', 'starttls', 'none'] as const;
export type MailSecurity = (typeof MAIL_SECURITY)[number];

export interface MailServer {
  host: string;
  port: number;
  security: MailSecurity;
  login: { username: string; password: string } | null;
}

export interface MailMessage {
  from: string;
  to: readonly string[];
  subject: string;
  text: string;
  /** `Message-ID` without angle brackets: the same for a repeat, so that clients show it once. */
  messageId: string;
  at: Date;
}

/** The server's no: a wrong login, a sender or recipients that it does not take. */
export class MailRefusal extends Error {
  override readonly name = 'MailRefusal';
  constructor(
    /** SMTP reply code (RFC 5321, section 4.2); 4yz is for now, 5yz for good. Null where the refusal has none. */
    readonly code: number | null,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
