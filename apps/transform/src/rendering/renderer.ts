import { Inject, Injectable } from '@nestjs/common';
import type { Connector } from '@newsrelay/channel-kit/connector';
import type { ReleasedArticle, RenditionContent, WithdrawnArticle } from '@newsrelay/channel-kit/rendition';
import { connectorOf } from '@newsrelay/channel-registry/registry';
import { contentHash } from '@newsrelay/contracts/canonical-json';
import type { Channel } from '@newsrelay/contracts/channel';
import type { DeliveryAction } from '@newsrelay/contracts/delivery';
import { renditionId } from '@newsrelay/contracts/keys';
import type { Hold } from '@newsrelay/contracts/article';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { hasRendition, storeRendition, type ReleasedVersion } from '@newsrelay/ledger/routing';
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
  connector: Connector;
  settings: Record<string, unknown>;
  channelIds: string[];
}

type Render = (shape: Shape) => RenditionContent;

/** Makes the renditions of a version, one per (type, shape of the settings), and puts them into the ledger. */
@Injectable()
export class Renderer {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
    @Inject(TransformEvents) private readonly events: TransformEvents,
  ) {}

  async renderVersion(version: ReleasedVersion, channels: readonly Channel[]): Promise<RenditionShare[]> {
    const article = releasedArticle(version, this.publicUrl);
    return this.#render(version, 'publish', channels, ({ connector, settings }) => {
      const { content, fitted } = renderArticle(article, connector, settings);
      if (fitted.cut)
        this.events.headlineCut(article.id, article.version, connector.manifest.type, fitted.headline);
      return content;
    });
  }

  async renderWithdrawal(
    withdrawn: WithdrawnArticle,
    channels: readonly Channel[],
  ): Promise<RenditionShare[]> {
    const version = { articleId: withdrawn.id, version: withdrawn.version };
    return this.#render(version, 'withdraw', channels, ({ connector, settings }) =>
      connector.formatter.renderWithdrawal(withdrawn, settings),
    );
  }

  async #render(
    version: { articleId: string; version: number },
    action: DeliveryAction,
    channels: readonly Channel[],
    render: Render,
  ): Promise<RenditionShare[]> {
    const shapes = shapesOf(version, action, channels);
    for (const shape of shapes) {
      if (await hasRendition(this.ledger, shape.id)) continue;
      const { content, refusal } = this.#contentOrRefusal(shape, render);
      await storeRendition(this.ledger, {
        ...version,
        id: shape.id,
        action,
        channelType: shape.connector.manifest.type,
        content,
        refusal,
      });
      this.events.rendered(shape.connector.manifest.type, refusal === null);
    }
    return shapes.map(({ id, channelIds }) => ({ renditionId: id, channelIds }));
  }

  /** A formatting error costs the channels of this shape alone, and is shown on their deliveries. */
  #contentOrRefusal(
    shape: Shape,
    render: Render,
  ): { content: RenditionContent | null; refusal: Hold | null } {
    try {
      return { content: render(shape), refusal: null };
    } catch (error) {
      this.events.renderingFailed(shape.connector.manifest.type, shape.channelIds, error);
      const message = error instanceof Error ? error.message : String(error);
      return {
        content: null,
        refusal: { code: 'rendering-failed', message: `the article could not be rendered: ${message}` },
      };
    }
  }
}

/** Channels that agree in type and in what shapes a rendition share one. */
function shapesOf(
  version: { articleId: string; version: number },
  action: DeliveryAction,
  channels: readonly Channel[],
): Shape[] {
  const shapes = new Map<string, Shape>();
  for (const channel of channels) {
    const connector = connectorOf(channel.type);
    if (connector === undefined) throw new Error(`no connector for channel type ${channel.type}`);
    const shape = contentHash(connector.formatter.shape(channel.settings));
    const id = renditionId(version.articleId, version.version, action, channel.type, shape);
    const known = shapes.get(id);
    if (known !== undefined) known.channelIds.push(channel.id);
    else shapes.set(id, { id, connector, settings: channel.settings, channelIds: [channel.id] });
  }
  return [...shapes.values()];
}

function releasedArticle(version: ReleasedVersion, publicUrl: string): ReleasedArticle {
  return {
    ...version.content,
    id: version.articleId,
    version: version.version,
    source: version.source,
    canonicalUrl: version.content.url ?? `${publicUrl}/articles/${version.articleId}`,
    publishedAt: version.publishedAt,
    releasedAt: version.releasedAt,
    firstReleasedAt: version.firstReleasedAt,
    note: version.note,
  };
}
