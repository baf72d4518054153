import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { canonicalJson } from '@newsrelay/contracts/canonical-json';
import { RESPONSE_EXCERPT_BYTES, type DeliveryAction, type Outcome } from '@newsrelay/contracts/delivery';
import { cleanText } from '@newsrelay/contracts/text';
import type { AttemptResult, Connector, DeliveryFacts, PlatformFacts } from './connector.js';
import { manifestView } from './manifest.js';
import {
  hostileArticle,
  ordinaryArticle,
  sparseArticle,
  withdrawnArticle,
} from './contract-suite-articles.js';
import type { OutboundHttp } from './outbound-http.js';
import type { ReleasedArticle, RenditionContent, RenditionDraft } from './rendition.js';

/** The guarded client as the suite uses it; loopback must be on its allow list. */
export interface SuiteClient {
  bind(attempt: { signal: AbortSignal; deadlineMs: number; beforeFirstByte: () => void }): OutboundHttp;
  destroy(): Promise<void>;
}

/** What an outlet's program reads from a rendition. */
export interface ShownText {
  headline: string;
  /** Plain text, paragraphs one below the other. */
  body: string;
  /** The same as HTML, where the type has any. */
  html?: string;
}

/** What a connector's spec hands to {@link describeConnector}. */
export interface ConnectorHarness<Settings, Secrets> {
  connector: Connector<Settings, Secrets>;
  /** Settings as an operator enters them; a push type aims them at this outlet (`http://127.0.0.1:PORT`). */
  settings: (outlet: string) => Record<string, unknown>;
  /** Further settings for the same outlet, some of which should shape the rendition differently. */
  otherSettings?: (outlet: string) => Record<string, unknown>[];
  /** Secrets as an operator enters them. */
  secrets: Record<string, unknown>;
  /** What probes of different instances learn; one of no instance is always tried as well. */
  platforms?: PlatformFacts[];
  /** How an outlet answers what it has taken; left out where any 2xx says so. */
  accepts?: (request: { method: string; path: string }) => { status: number; body: string };
  /** Set where the type shows the beginning of a body that is too long for it. */
  extract?: true;
  /**
   * Reads a rendition as an outlet's program would: by a parser, not by the connector's own code. `address` where the type
   * tells where the article is, and nothing else of it.
   */
  shown: ((rendition: RenditionContent) => ShownText) | 'address';
  client: () => SuiteClient;
}

const ELSEWHERE = 'http://127.0.0.1:1';
/** Deadline of the suite's attempts in milliseconds; a hanging outlet costs each test this much. */
const DEADLINE_MS = 400;

/**
 * The contract of a connector, as tests: call it once in the connector's spec. It covers the manifest, the formatter
 * (pure, deterministic, hostile texts, nothing of a withdrawn article) and, for push types, the publisher against a real
 * outlet of every temper.
 */
export function describeConnector<Settings, Secrets>(harness: ConnectorHarness<Settings, Secrets>): void {
  const { type, capabilities } = harness.connector.manifest;
  describe(`contract of the connector "${type}"`, () => {
    describeManifest(harness);
    describeFormatter(harness);
    if (capabilities.delivery === 'push') describePush(harness);
    else describeServed(harness);
  });
}

function parsedSettings<Settings, Secrets>(
  { connector, settings }: ConnectorHarness<Settings, Secrets>,
  outlet: string,
) {
  return connector.manifest.settings.parse(settings(outlet)) as Settings;
}

function allSettings<Settings, Secrets>(harness: ConnectorHarness<Settings, Secrets>): Settings[] {
  const { connector, settings, otherSettings } = harness;
  const entered = [
    settings(ELSEWHERE),
    settings('http://127.0.0.1:2'),
    ...(otherSettings?.(ELSEWHERE) ?? []),
  ];
  return entered.map((one) => connector.manifest.settings.parse(one) as Settings);
}

function secretTexts(secrets: Record<string, unknown>): string[] {
  return Object.values(secrets).filter((secret) => typeof secret === 'string' && secret !== '') as string[];
}

function draftOf(article: ReleasedArticle): RenditionDraft {
  return { article, fitted: { headline: article.headline, cut: false } };
}

function factsOf(article: { id: string; version: number }, action: DeliveryAction): DeliveryFacts {
  return {
    articleId: article.id,
    version: article.version,
    action,
    previousVersion: null,
    sequence: 1,
    eventAt: new Date('2025-01-03T01:00:00Z'),
    note: null,
  };
}

function deeplyFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deeplyFrozen);
  }
  return value;
}

/** A tag with its attributes; ">" may stand in a quoted value. */
const TAG = /<\/?[a-z](?:"[^"]*"|'[^']*'|[^'">])*>/gi;

/** What HTML must not have where only text was put in: anything that runs, and markup that is no element. */
function activeMarkup(html: string): string[] {
  const bare = (html.match(TAG) ?? []).map((tag) => tag.replace(/"[^"]*"|'[^']*'/g, '""'));
  const active = bare.filter((tag) => /^<\/?(?:script|style|iframe|object|embed)\b|\son\w+=/i.test(tag));
  return [...active, ...(html.replace(TAG, '').match(/<.{0,20}/gs) ?? [])];
}

/** Text without markup and with white space made one: what "the body is the same on every channel" compares. */
function plain(html: string): string {
  const entities: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    '#39': "'",
    '#x27': "'",
  };
  const text = html
    .replace(TAG, ' ')
    .replace(/&([#\w]+);/g, (whole, name: string) => entities[name] ?? whole);
  return squeezed(text);
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function describeManifest<Settings, Secrets>(harness: ConnectorHarness<Settings, Secrets>): void {
  const { manifest } = harness.connector;

  describe('manifest', () => {
    it('names itself and tells the operator what to do, in both languages', () => {
      expect(manifest.type).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
      for (const text of [
        manifest.title.zh,
        manifest.title.en,
        manifest.instructions.zh,
        manifest.instructions.en,
      ]) {
        expect(text.trim()).not.toBe('');
      }
      expect(manifest.limits.requestDeadlineMs).toBeGreaterThan(0);
      expect(manifest.limits.headlineGraphemes ?? 1).toBeGreaterThan(0);
    });

    it('has a JSON Schema that is closed and marks each secret', () => {
      const view = manifestView(manifest);
      expect(JSON.parse(JSON.stringify(view))).toEqual(view);
      expect(view.settings).toMatchObject({ type: 'object', additionalProperties: false });
      expect(view.secrets).toMatchObject({ type: 'object', additionalProperties: false });
      expect(view.secretFields).toEqual(Object.keys(manifest.secrets.shape));
      expect(
        Object.keys(manifest.settings.shape).filter((field) => view.secretFields.includes(field)),
      ).toEqual([]);
    });

    it('takes the settings and secrets of its harness, and its own output again', () => {
      const settings = manifest.settings.parse(harness.settings(ELSEWHERE));
      expect(manifest.settings.parse(settings)).toEqual(settings);
      const secrets = manifest.secrets.parse(harness.secrets);
      expect(manifest.secrets.parse(secrets)).toEqual(secrets);
    });

    it('refuses an unknown field by name', () => {
      const unknown = { noSuchField: 1 };
      for (const [schema, entered] of [
        [manifest.settings, harness.settings(ELSEWHERE)],
        [manifest.secrets, harness.secrets],
      ] as const) {
        const issues = schema.safeParse({ ...entered, ...unknown }).error?.issues ?? [];
        expect(issues).toMatchObject([{ code: 'unrecognized_keys', keys: ['noSuchField'] }]);
      }
    });

    it('refuses a value of a wrong type in every field', () => {
      const wrong = { neither: 'a text', nor: 1 };
      for (const field of Object.keys(manifest.settings.shape)) {
        const result = manifest.settings.safeParse({ ...harness.settings(ELSEWHERE), [field]: wrong });
        expect(result.error?.issues[0]?.path[0]).toBe(field);
      }
      for (const field of Object.keys(manifest.secrets.shape)) {
        const result = manifest.secrets.safeParse({ ...harness.secrets, [field]: wrong });
        expect(result.error?.issues[0]?.path[0]).toBe(field);
      }
    });

    it('names each target by the field that holds it', () => {
      const settings = manifest.settings.parse(harness.settings(ELSEWHERE));
      const targets = manifest.targets(settings);
      expect(targets.length > 0).toBe(manifest.capabilities.delivery === 'push');
      for (const { path, url } of targets) {
        expect(Object.keys(manifest.settings.shape)).toContain(path.split('/')[1]);
        expect(url).toContain(ELSEWHERE);
      }
    });

    const { generateSecrets } = manifest;
    if (generateSecrets !== undefined) {
      it('makes secrets that it takes, and others each time', () => {
        const made = generateSecrets();
        expect(manifest.secrets.safeParse({ ...harness.secrets, ...made }).success).toBe(true);
        expect(generateSecrets()).not.toEqual(made);
      });
    }
  });
}

const ARTICLES = { ordinary: ordinaryArticle, sparse: sparseArticle, hostile: hostileArticle } as const;
const ARTICLE_NAMES = Object.keys(ARTICLES) as (keyof typeof ARTICLES)[];

/** Of types that show the article's text. */
function describeTexts<Settings, Secrets>(
  harness: ConnectorHarness<Settings, Secrets>,
  read: (rendition: RenditionContent) => ShownText,
): void {
  const { formatter, manifest } = harness.connector;

  it.each(ARTICLE_NAMES)('shows headline and body as text, unharmed: %s article', (name) => {
    const article = ARTICLES[name]();
    const shown = read(formatter.render(draftOf(article), parsedSettings(harness, ELSEWHERE)));
    const body = squeezed(article.body.map(cleanText).join(' '));
    expect(shown.headline).toBe(cleanText(article.headline));
    if (harness.extract) expect(body.startsWith(squeezed(shown.body).replace(/…$/, ''))).toBe(true);
    else expect(squeezed(shown.body)).toContain(body);
    if (shown.html === undefined) return;
    expect(activeMarkup(shown.html)).toEqual([]);
    if (article.bodyHtml === null) expect(plain(shown.html)).toContain(body);
  });

  if (manifest.limits.headlineGraphemes !== null) {
    it('puts the full headline before the body where it had to be cut', () => {
      const article = ordinaryArticle();
      const draft = { article, fitted: { headline: '短题…', cut: true } };
      const shown = read(formatter.render(draft, parsedSettings(harness, ELSEWHERE)));
      expect(shown.headline).toBe('短题…');
      expect(squeezed(shown.body)).toContain(article.headline);
      expect(shown.body.indexOf(article.headline)).toBeLessThan(shown.body.indexOf(article.body[0] ?? ''));
    });
  }
}

/** Of types that tell where an article is. */
function describeAddress<Settings, Secrets>(harness: ConnectorHarness<Settings, Secrets>): void {
  const { formatter, publisher } = harness.connector;

  it.each(ARTICLE_NAMES)('tells where it is, and nothing that it says: %s article', (name) => {
    const article = ARTICLES[name]();
    const settings = parsedSettings(harness, ELSEWHERE);
    const rendition = formatter.render(draftOf(article), settings);
    const message = publisher.compose(rendition, factsOf(article, 'publish'));
    for (const told of [JSON.stringify(rendition), message]) {
      expect(told).toContain(article.canonicalUrl);
      for (const text of [article.headline, ...article.body, article.source])
        expect(told).not.toContain(text);
    }
  });

  it('tells of a withdrawal where it was', () => {
    const withdrawn = withdrawnArticle();
    const rendition = formatter.renderWithdrawal(withdrawn, parsedSettings(harness, ELSEWHERE));
    const message = publisher.compose(rendition, factsOf(withdrawn, 'withdraw'));
    expect(message).toContain(withdrawn.canonicalUrl);
  });
}

function describeFormatter<Settings, Secrets>(harness: ConnectorHarness<Settings, Secrets>): void {
  const { formatter, publisher } = harness.connector;
  const articles = ARTICLES;
  const names = ARTICLE_NAMES;

  describe('formatter', () => {
    it.each(names)('renders the same from the same, and leaves its input alone: %s article', (name) => {
      for (const settings of allSettings(harness)) {
        const draft = deeplyFrozen(draftOf(articles[name]()));
        const rendition = formatter.render(draft, deeplyFrozen(settings));
        const again = formatter.render(draftOf(articles[name]()), structuredClone(settings));
        expect(JSON.stringify(again)).toBe(JSON.stringify(rendition));
      }
    });

    it.each(names)('makes JSON that the ledger can keep: %s article', (name) => {
      const rendition = formatter.render(draftOf(articles[name]()), parsedSettings(harness, ELSEWHERE));
      const json = JSON.stringify(rendition);
      expect(JSON.parse(json)).toEqual(rendition);
      // PostgreSQL's jsonb refuses NUL and lone surrogates.
      expect(json.isWellFormed()).toBe(true);
      expect(json).not.toMatch(/\\u0000|\\u[dD][89a-fA-F]/);
    });

    it('shares a rendition exactly where the shape is the same', () => {
      const draft = draftOf(ordinaryArticle());
      const byShape = new Map<string, string>();
      for (const settings of allSettings(harness)) {
        for (const platform of [null, ...(harness.platforms ?? [])]) {
          const shape = canonicalJson(formatter.shape(settings, platform));
          const rendition = canonicalJson(formatter.render(draft, settings, platform));
          expect(rendition).toBe(byShape.get(shape) ?? rendition);
          byShape.set(shape, rendition);
        }
      }
      expect(new Set(byShape.values()).size).toBe(byShape.size);
    });

    const { shown: read } = harness;
    if (read === 'address') describeAddress(harness);
    else describeTexts(harness, read);

    it('renders a withdrawal from ids and times, the same each time', () => {
      const settings = parsedSettings(harness, ELSEWHERE);
      const article = ordinaryArticle();
      const rendition = formatter.renderWithdrawal(deeplyFrozen(withdrawnArticle()), deeplyFrozen(settings));
      expect(formatter.renderWithdrawal(withdrawnArticle(), settings)).toEqual(rendition);
      const json = JSON.stringify(rendition);
      expect(JSON.parse(json)).toEqual(rendition);
      const message = publisher.compose(rendition, factsOf(withdrawnArticle(), 'withdraw'));
      const address = harness.shown === 'address' ? [] : [article.canonicalUrl];
      for (const text of [article.headline, ...article.body, ...address, article.source]) {
        expect(json).not.toContain(text);
        expect(message).not.toContain(text);
      }
    });

    it('composes the same message from the same, without a secret', () => {
      const settings = deeplyFrozen(parsedSettings(harness, ELSEWHERE));
      const rendition = deeplyFrozen(formatter.render(draftOf(ordinaryArticle()), settings));
      const facts = deeplyFrozen(factsOf(ordinaryArticle(), 'publish'));
      const message = publisher.compose(rendition, facts);
      expect(publisher.compose(structuredClone(rendition), structuredClone(facts))).toBe(message);
      expect(message.isWellFormed()).toBe(true);
      for (const secret of secretTexts(harness.secrets)) {
        expect(message).not.toContain(secret);
        expect(JSON.stringify(rendition)).not.toContain(secret);
      }
    });
  });
}

interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** How the outlet treats a request once it has it whole. */
type Temper = (response: ServerResponse, socket: Socket, request: { method: string; path: string }) => void;

class Outlet {
  readonly received: Received[] = [];
  temper: Temper = (response) => response.end();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { headers, method = '', url: path = '' } = request;
        this.received.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
        this.temper(response, request.socket, { method, path });
      });
    });
    this.#server.on('connection', (socket: Socket) => {
      socket.on('error', () => undefined);
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function describePush<Settings, Secrets>(harness: ConnectorHarness<Settings, Secrets>): void {
  const { connector } = harness;
  const { publisher, formatter, manifest } = connector;
  const now = new Date('2025-01-03T01:00:05.600Z');
  /** Sent, and no answer: may it be sent again? */
  const knowsRepeats = manifest.capabilities.repeat === 'server-key';
  const lost: Outcome = knowsRepeats ? 'transient' : 'unknown';
  const { accepts } = harness;
  /** A 2xx whose body says nothing: enough for some, and no answer at all for those that say what they took. */
  const saysNothing = (status: number): Partial<AttemptResult> =>
    accepts === undefined ? { outcome: 'delivered', status, error: null } : { outcome: lost, status };

  describe('publisher', () => {
    const outlet = new Outlet();
    const client = harness.client();
    beforeAll(() => outlet.start());
    afterEach(() => {
      outlet.received.length = 0;
    });
    afterAll(async () => {
      await client.destroy();
      await outlet.stop();
    });

    const target = () => ({
      channelId: 'partner-daily',
      settings: parsedSettings(harness, outlet.origin),
      secrets: manifest.secrets.parse(harness.secrets) as Secrets,
    });

    const message = () => {
      const { settings } = target();
      const article = ordinaryArticle();
      const rendition = formatter.render(draftOf(article), settings);
      const body = publisher.compose(rendition, factsOf(article, 'publish'));
      return { key: 'msg_contractsuitecontractsuite', action: 'publish', body, remoteIds: [] } as const;
    };

    const io = (changes: { signal?: AbortSignal; beforeFirstByte?: () => void } = {}, at = now) => ({
      now: at,
      http: client.bind({
        signal: changes.signal ?? new AbortController().signal,
        beforeFirstByte: changes.beforeFirstByte ?? (() => undefined),
        deadlineMs: DEADLINE_MS,
      }),
    });

    const publish = (temper: Temper, changes?: Parameters<typeof io>[0]): Promise<AttemptResult> => {
      outlet.temper = temper;
      return publisher.publish(message(), target(), io(changes));
    };

    const answering =
      (status: number, headers: Record<string, string> = {}, body = ''): Temper =>
      (response) =>
        response.writeHead(status, headers).end(body);

    /** As an outlet answers that has taken it. */
    const accepting: Temper = (response, _socket, request) => {
      const { status, body } = accepts?.(request) ?? { status: 200, body: '' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    };

    const inAMinute = new Date(now.getTime() + 60_000).toUTCString();
    const answers: [what: string, temper: Temper, expected: Partial<AttemptResult>][] = [
      ['that it has it', accepting, { outcome: 'delivered', status: 200, error: null }],
      ['200 without a word', answering(200), saysNothing(200)],
      ['204', answering(204), saysNothing(204)],
      ['301', answering(301, { location: '/moved' }), { outcome: 'transient', status: 301 }],
      ['400', answering(400), { outcome: 'permanent', status: 400 }],
      ['401', answering(401), { outcome: 'auth-expired', status: 401 }],
      ['403', answering(403), { outcome: 'auth-expired', status: 403 }],
      ['404', answering(404), { outcome: 'permanent', status: 404 }],
      ['408', answering(408), { outcome: 'transient', status: 408 }],
      ['410', answering(410), { outcome: 'permanent', status: 410 }],
      ['425', answering(425), { outcome: 'transient', status: 425 }],
      ['429', answering(429), { outcome: 'rate-limited', status: 429 }],
      [
        '429 in 7 s',
        answering(429, { 'retry-after': '7' }),
        { outcome: 'rate-limited', retryAfterSeconds: 7 },
      ],
      [
        '429 until a date',
        answering(429, { 'retry-after': inAMinute }),
        // HTTP dates have whole seconds.
        { outcome: 'rate-limited', retryAfterSeconds: 60 },
      ],
      ['500', answering(500), { outcome: 'transient', status: 500 }],
      ['503 in 7 s', answering(503, { 'retry-after': '7' }), { outcome: 'transient', retryAfterSeconds: 7 }],
    ];

    it.each(answers)('an outlet that answers %s', async (what, temper, expected) => {
      const result = await publish(temper);
      expect(result).toMatchObject(expected);
      expect(result.pauseReason !== undefined).toBe(['401', '403', '410'].includes(what));
      expect(result.error === null).toBe(expected.outcome === 'delivered');
      expect(outlet.received).toHaveLength(1);
    });

    const failures: [what: string, temper: Temper, outcome: Outcome][] = [
      ['resets', (_response, socket) => socket.resetAndDestroy(), lost],
      ['hangs up', (_response, socket) => socket.end(), lost],
      ['hangs', () => undefined, lost],
      ['talks no HTTP', (_response, socket) => socket.end('220 mail.example ESMTP\r\n'), lost],
      [
        'drips',
        (response) => {
          response.writeHead(200);
          const drip = setInterval(() => response.write('.'), 20);
          response.on('close', () => {
            clearInterval(drip);
          });
        },
        accepts === undefined ? 'delivered' : lost,
      ],
      [
        'answers without end',
        (response) => {
          const pour = () => {
            while (!response.destroyed && response.write('x'.repeat(16_384)));
          };
          response.on('drain', pour);
          pour();
        },
        accepts === undefined ? 'delivered' : lost,
      ],
    ];

    it.each(failures)('an outlet that %s', async (_what, temper, outcome) => {
      const result = await publish(temper);
      expect(result.outcome).toBe(outcome);
      expect(result.error === null).toBe(outcome === 'delivered');
      expect(Buffer.byteLength(result.response ?? '')).toBeLessThanOrEqual(RESPONSE_EXCERPT_BYTES);
      expect(outlet.received).toHaveLength(1);
    });

    it('an outlet where nothing listens', async () => {
      const gone = new Outlet();
      await gone.start();
      const settings = parsedSettings(harness, gone.origin);
      await gone.stop();
      const result = await publisher.publish(message(), { ...target(), settings }, io());
      expect(result).toMatchObject({ outcome: 'transient', status: null, response: null });
    });

    it('keeps what the outlet said', async () => {
      const result = await publish(answering(422, {}, '{"error":"栏目不存在"}'));
      expect(result.response).toBe('{"error":"栏目不存在"}');
    });

    it('sends nothing once it is stopped before the first byte', async () => {
      const result = await publish(answering(200), {
        beforeFirstByte: () => {
          throw new Error('withdrawn');
        },
      });
      expect(result).toMatchObject({ outcome: 'aborted', status: null });
      const stopped = await publish(answering(200), { signal: AbortSignal.abort(new Error('withdrawn')) });
      expect(stopped).toMatchObject({ outcome: 'aborted', status: null });
      expect(outlet.received).toHaveLength(0);
    });

    it('says that it was stopped in flight', async () => {
      const stop = new AbortController();
      const result = await publish(
        () => {
          stop.abort(new Error('withdrawn'));
        },
        { signal: stop.signal },
      );
      const outcome = knowsRepeats ? 'aborted' : 'unknown';
      expect(result).toMatchObject({ outcome, status: null });
    });

    it('asks before the first byte of every request', async () => {
      let asked = 0;
      await publish(accepting, { beforeFirstByte: () => (asked += 1) });
      expect(asked).toBe(outlet.received.length);
    });

    it('sends the same bytes at every attempt', async () => {
      outlet.temper = answering(500);
      const frozen = message();
      await publisher.publish(frozen, target(), io());
      await publisher.publish(frozen, target(), io({}, new Date(now.getTime() + 3_600_000)));
      const [first, second] = outlet.received;
      expect(second?.body).toBe(first?.body);
      expect(first?.body).not.toBe('');
    });

    if (manifest.capabilities.repeat === 'find-first') {
      it('looks for what was sent without changing anything, and says why it could not', async () => {
        const sent = [{ key: message().key, body: message().body, since: now }];
        for (const temper of [answering(500), answering(401), () => undefined] as Temper[]) {
          outlet.temper = temper;
          const looked = await publisher.find?.(sent, target(), io());
          expect(looked).toHaveProperty('failed.error', expect.any(String));
        }
        expect(outlet.received.every(({ method }) => method === 'GET')).toBe(true);
      });
    }

    if (publisher.probe !== undefined) {
      it('learns nothing from an outlet that does not tell', async () => {
        outlet.temper = answering(404);
        expect(await publisher.probe?.(target(), io())).toBeNull();
      });
    }

    it('lets no secret into body or result', async () => {
      const results = [
        await publish(accepting),
        await publish(answering(401)),
        await publish(() => undefined),
      ];
      for (const secret of secretTexts(harness.secrets)) {
        expect(outlet.received.map(({ body }) => body).join()).not.toContain(secret);
        expect(JSON.stringify(results)).not.toContain(secret);
      }
    });

    it('checks a channel by requests of its own', async () => {
      outlet.temper = accepting;
      expect(await publisher.check(target(), io())).toMatchObject({ outcome: 'delivered', status: 200 });
      expect(outlet.received.length).toBeGreaterThan(0);
      expect(outlet.received.map(({ body }) => body).join()).not.toContain(ordinaryArticle().headline);
      outlet.temper = answering(401);
      expect(await publisher.check(target(), io())).toMatchObject({ outcome: 'auth-expired', status: 401 });
    });
  });
}

function describeServed<Settings, Secrets>(harness: ConnectorHarness<Settings, Secrets>): void {
  const { publisher, formatter, manifest } = harness.connector;

  it('is served: nothing goes out, and a delivery waits until an outlet has fetched it', async () => {
    const client = harness.client();
    const asked: string[] = [];
    const settings = parsedSettings(harness, ELSEWHERE);
    const secrets = manifest.secrets.parse(harness.secrets) as Secrets;
    const target = { channelId: 'partner-daily', settings, secrets };
    const io = {
      now: new Date('2025-01-03T01:00:05Z'),
      http: client.bind({
        signal: new AbortController().signal,
        deadlineMs: DEADLINE_MS,
        beforeFirstByte: () => asked.push('a request'),
      }),
    };
    try {
      for (const action of ['publish', 'withdraw'] as const) {
        const article = ordinaryArticle();
        const rendition =
          action === 'publish'
            ? formatter.render(draftOf(article), settings)
            : formatter.renderWithdrawal(withdrawnArticle(), settings);
        const body = publisher.compose(rendition, factsOf(article, action));
        const message = { key: 'msg_contractsuitecontractsuite', action, body, remoteIds: [] };
        const result = await publisher.publish(message, target, io);
        expect(result).toEqual({ outcome: 'pending', status: null, error: null, response: null });
      }
      expect(await publisher.check(target, io)).toMatchObject({ outcome: 'delivered', status: null });
      expect(asked).toEqual([]);
    } finally {
      await client.destroy();
    }
  });
}
