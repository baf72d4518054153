import { Inject, Injectable } from '@nestjs/common';
import type { Connector, PlatformFacts } from '@newsrelay/channel-kit/connector';
import type { ReleasedArticle, RenditionContent, WithdrawnArticle } from '@newsrelay/channel-kit/rendition';
import { connectorOf } from '@newsrelay/channel-registry/registry';
import { contentHash } from '@newsrelay/contracts/canonical-json';
import type { Channel } from '@newsrelay/contracts/channel';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { renditionId } from '@newsrelay/contracts/keys';
import type { Hold } from '@newsrelay/contracts/article';
import type { VersionOfArticle } from '@newsrelay/ledger/article-versions';
import type { Ledger, LedgerTransaction } from '@newsrelay/ledger/database';
import { storeRenditions, type ReleasedVersion } from '@newsrelay/ledger/routing';
import type { WithdrawalFacts } from '@newsrelay/ledger/withdrawals';
import { TransformEvents } from '../events.js';
import { renderArticle } from './pipeline.js';

/** Injection token of the public URL that article links are built on. */
export const PUBLIC_URL = Symbol('PublicUrl');

/** One rendition and the channels that share it. */
export interface RenditionShare {
  renditionId: string;
  channelIds: string[];
}

interface Shape {
  id: string;
  type: string;
  /** What the rendition is made with; a string says why it cannot be made for this channel at all. */
  with: ShapedBy | string;
  channelIds: string[];
}

interface ShapedBy {
  connector: Connector;
  settings: Record<string, unknown>;
  platform: PlatformFacts | null;
}

type Render = (by: ShapedBy) => RenditionContent;

/** Makes the renditions of a version, one per (type, shape of the settings), and puts them into the ledger. */
@Injectable()
export class Renderer {
  constructor(
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(TransformEvents) private readonly events: TransformEvents,
  ) {}

  async renderVersion(
    ledger: Ledger | LedgerTransaction,
    version: ReleasedVersion,
    channels: readonly Channel[],
  ): Promise<RenditionShare[]> {
    const article = releasedArticle(version, this.publicUrl);
    return this.#render(ledger, version, 'publish', channels, ({ connector, settings, platform }) => {
      const { content, fitted } = renderArticle(article, connector, settings, platform);
      if (fitted.cut)
        this.events.headlineCut(article.id, article.version, connector.manifest.type, fitted.headline);
      return content;
    });
  }

  async renderWithdrawal(
    ledger: Ledger,
    withdrawn: WithdrawalFacts,
    channels: readonly Channel[],
  ): Promise<RenditionShare[]> {
    const { id, version: number, withdrawnAt, language, url } = withdrawn;
    const canonicalUrl = addressOf(id, url, this.publicUrl);
    const article: WithdrawnArticle = { id, version: number, withdrawnAt, language, canonicalUrl };
    const version = { articleId: id, version: number };
    return this.#render(ledger, version, 'withdraw', channels, ({ connector, settings }) =>
      connector.formatter.renderWithdrawal(article, settings),
    );
  }

  async #render(
    ledger: Ledger | LedgerTransaction,
    version: VersionOfArticle,
    action: DeliveryAction,
    channels: readonly Channel[],
    render: Render,
  ): Promise<RenditionShare[]> {
    const shapes = shapesOf(version, action, channels);
    const renditions = shapes.map((shape) => ({
      id: shape.id,
      channelType: shape.type,
      ...this.#contentOrRefusal(shape, render),
    }));
    const stored = await storeRenditions(ledger, version, action, renditions);
    for (const { id, channelType, refusal } of renditions)
      if (stored.has(id)) this.events.rendered(channelType, refusal === null);
    return shapes.map(({ id, channelIds }) => ({ renditionId: id, channelIds }));
  }

  /** A formatting error costs the channels of this shape alone, and is shown on their deliveries. */
  #contentOrRefusal(
    shape: Shape,
    render: Render,
  ): { content: RenditionContent | null; refusal: Hold | null } {
    try {
      if (typeof shape.with === 'string') throw new Error(shape.with);
      return { content: render(shape.with), refusal: null };
    } catch (error) {
      this.events.renderingFailed(shape.type, shape.channelIds, error);
      const message = error instanceof Error ? error.message : String(error);
      return {
        content: null,
        refusal: { code: 'rendering-failed', message: `the article could not be rendered: ${message}` },
      };
    }
  }
}

/** Channels that agree in type and in what shapes a rendition share one; a channel that has no shape stands for itself. */
function shapesOf(version: VersionOfArticle, action: DeliveryAction, channels: readonly Channel[]): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const channel of channels) {
    const [key, made] = shapeOf(channel);
    const id = renditionId(version.articleId, version.version, action, channel.type, key);
    const known = shapes.get(id);
    if (known !== undefined) known.channelIds.push(channel.id);
    else shapes.set(id, { id, type: channel.type, with: made, channelIds: [channel.id] });
  }
  return [...shapes.values()];
}

function shapeOf(channel: Channel): [key: string, Shape['with']] {
  try {
    const connector = connectorOf(channel.type);
    if (connector === undefined) throw new Error(`there is no channel type ${channel.type}`);
    const { settings, platform } = channel;
    return [contentHash(connector.formatter.shape(settings, platform)), { connector, settings, platform }];
  } catch (error) {
    return [`channel ${channel.id}`, error instanceof Error ? error.message : String(error)];
  }
}

/** An article's own address, else that of its public page here. */
function addressOf(articleId: string, url: string | null, publicUrl: string): string {
  return url ?? `${publicUrl}/articles/${articleId}`;
}

function releasedArticle(version: ReleasedVersion, publicUrl: string): ReleasedArticle {
  return {
    ...version.content,
    id: version.articleId,
    version: version.version,
    source: version.source,
    canonicalUrl: addressOf(version.articleId, version.content.url, publicUrl),
    publishedAt: version.publishedAt,
    releasedAt: version.releasedAt,
    firstReleasedAt: version.firstReleasedAt,
    note: version.note,
  };
}
