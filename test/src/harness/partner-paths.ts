import type { ServerResponse } from 'node:http';
import { PartnerReceiver, accept, type Behaviour, type Push } from './partner-receiver.js';

/** Answers with a status and nothing else. */
export function answering(status: number, headers: Record<string, string> = {}, body = ''): Behaviour {
  return (_push, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Answers the n-th push as the n-th behaviour says, and all later ones as the last. */
export function inTurn(...behaviours: Behaviour[]): Behaviour {
  let turn = 0;
  return (push, response) => {
    const behaviour = behaviours[Math.min(turn, behaviours.length - 1)] ?? accept;
    turn += 1;
    behaviour(push, response);
  };
}

/** Never answers; `release` answers all that wait with 200. */
export class Hanging {
  readonly responses: ServerResponse[] = [];
  readonly behaviour: Behaviour = (_push, response) => {
    this.responses.push(response);
  };
  release(): void {
    for (const response of this.responses) response.writeHead(200).end();
  }
}

/** A partner's site whose paths behave each in a way of their own: one site for the channels of many tests. */
export class PartnerPaths {
  readonly #behaviours = new Map<string, Behaviour>();

  private constructor(readonly receiver: PartnerReceiver) {
    receiver.behaviour = (push, response) => {
      (this.#behaviours.get(push.path) ?? accept)(push, response);
    };
  }

  static async start(): Promise<PartnerPaths> {
    return new PartnerPaths(await PartnerReceiver.start());
  }

  set(path: string, behaviour: Behaviour): void {
    this.#behaviours.set(path, behaviour);
  }

  /** Pushes at a path, of one article if it is named. */
  at(path: string, articleId?: string): Push[] {
    const uri = articleId === undefined ? undefined : `urn:uuid:${articleId}`;
    return this.receiver.pushes.filter(
      (push) => push.path === path && (uri === undefined || push.event.data.article.uri === uri),
    );
  }
}
