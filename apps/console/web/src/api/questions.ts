import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  type QueryClient,
} from '@tanstack/react-query';
import { call, queryOf } from './call.js';
import type {
  AlarmSinkView,
  ArticleView,
  BoardArticle,
  BoardPage,
  BoardView,
  ChannelType,
  ChannelView,
  DeliveryView,
  FeedTokenView,
  FeedUsageView,
  Manifest,
  Me,
  OperatorEventView,
  Page,
  ReplayView,
  Status,
  Task,
} from './shapes.js';

/* Every question that the page asks, under the key by which an announced change has it asked again. */

export interface BoardQuestion {
  view: BoardView;
  channel: string | null;
  section: string | null;
  q: string | null;
  cursor: string | null;
}

export const me = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call<Me>('/api/v1/me', { signal }),
  staleTime: Infinity,
});

export const board = (question: BoardQuestion) =>
  queryOptions({
    queryKey: ['board', question],
    queryFn: ({ signal }) =>
      call<BoardPage>(`/api/v1/board${queryOf({ ...question, limit: 30 })}`, { signal }),
    placeholderData: keepPreviousData,
  });

/** One article as the board shows it. */
export const boardRow = (id: string) =>
  queryOptions({
    queryKey: ['board-row', id],
    queryFn: async ({ signal }): Promise<BoardArticle | null> => {
      const page = await call<BoardPage>(`/api/v1/board${queryOf({ q: id, limit: 5 })}`, { signal });
      return page.items.find((article) => article.id === id) ?? null;
    },
  });

export const article = (id: string) =>
  queryOptions({
    queryKey: ['article', id],
    queryFn: ({ signal }) => call<ArticleView>(`/api/v1/articles/${encodeURIComponent(id)}`, { signal }),
  });

export const articleVersion = (id: string, version: number) =>
  queryOptions({
    queryKey: ['article', id, 'version', version],
    queryFn: ({ signal }) =>
      call<ArticleView>(`/api/v1/articles/${encodeURIComponent(id)}/versions/${version}`, { signal }),
  });

/** All deliveries of an article, newest first. */
export const deliveries = (id: string) =>
  queryOptions({
    queryKey: ['deliveries', id],
    queryFn: async ({ signal }): Promise<DeliveryView[]> => {
      const items: DeliveryView[] = [];
      let cursor: string | null = null;
      do {
        const path = `/api/v1/articles/${encodeURIComponent(id)}/deliveries${queryOf({ limit: 500, cursor })}`;
        const page: Page<DeliveryView> = await call(path, { signal });
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && items.length < 2_000);
      return items;
    },
  });

export const channels = queryOptions({
  queryKey: ['channels'],
  queryFn: async ({ signal }): Promise<ChannelView[]> => {
    const items: ChannelView[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<ChannelView> = await call(`/api/v1/channels${queryOf({ limit: 500, cursor })}`, {
        signal,
      });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null && items.length < 10_000);
    return items.reverse();
  },
});

/** Tokens of a feed channel, newest first. */
export const feedTokens = (channel: string) =>
  queryOptions({
    queryKey: ['channels', channel, 'tokens'],
    queryFn: async ({ signal }) =>
      (
        await call<Page<FeedTokenView>>(
          `/api/v1/channels/${encodeURIComponent(channel)}/tokens${queryOf({ limit: 500 })}`,
          { signal },
        )
      ).items,
  });

/** Who asked for a feed channel within the last week. */
export const feedUsage = (channel: string) =>
  queryOptions({
    queryKey: ['channels', channel, 'usage'],
    queryFn: ({ signal }) =>
      call<FeedUsageView>(`/api/v1/channels/${encodeURIComponent(channel)}/usage${queryOf({ days: 7 })}`, {
        signal,
      }),
  });

export const channelTypes = queryOptions({
  queryKey: ['channel-types'],
  queryFn: async ({ signal }) =>
    (await call<{ items: ChannelType[] }>('/api/v1/channel-types', { signal })).items,
  staleTime: Infinity,
});

export const status = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => call<Status>('/api/v1/status', { signal }),
});

/** The newest of what operators were told of. */
export const operatorEvents = queryOptions({
  queryKey: ['operator-events'],
  queryFn: async ({ signal }) =>
    (await call<Page<OperatorEventView>>(`/api/v1/operator-events${queryOf({ limit: 10 })}`, { signal }))
      .items,
});

export type TaskListName = 'open' | 'done';
const TASKS_AT_ONCE = 50;

/** Tasks of people, page by page, newest first. */
export const taskList = (state: TaskListName) =>
  infiniteQueryOptions({
    queryKey: ['tasks', state],
    queryFn: ({ pageParam, signal }) =>
      call<Page<Task>>(`/api/v1/tasks${queryOf({ state, limit: TASKS_AT_ONCE, cursor: pageParam })}`, {
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

/** The newest open tasks: how many wait, up to a number beyond which it is all the same. */
export const openTasks = queryOptions({
  queryKey: ['tasks', 'count'],
  queryFn: ({ signal }) => call<Page<Task>>(`/api/v1/tasks${queryOf({ limit: 99 })}`, { signal }),
});

const REPLAYS_AT_ONCE = 20;

/** Replays that were asked for, page by page, newest first. */
export const replayList = infiniteQueryOptions({
  queryKey: ['replays', 'list'],
  queryFn: ({ pageParam, signal }) =>
    call<Page<ReplayView>>(`/api/v1/replays${queryOf({ limit: REPLAYS_AT_ONCE, cursor: pageParam })}`, {
      signal,
    }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
});

/** Those that are not over: of a channel there is one at most. */
export const runningReplays = queryOptions({
  queryKey: ['replays', 'running'],
  queryFn: async ({ signal }) =>
    (await call<Page<ReplayView>>(`/api/v1/replays${queryOf({ state: 'running', limit: 500 })}`, { signal }))
      .items,
});

export const alarmSinks = queryOptions({
  queryKey: ['alarm-sinks'],
  queryFn: async ({ signal }) =>
    (await call<Page<AlarmSinkView>>(`/api/v1/alarm-sinks${queryOf({ limit: 500 })}`, { signal })).items,
});

export const alarmSinkTypes = queryOptions({
  queryKey: ['alarm-sink-types'],
  queryFn: async ({ signal }) =>
    (await call<{ items: Manifest[] }>('/api/v1/alarm-sink-types', { signal })).items,
  staleTime: Infinity,
});

/** Everything that shows an article, asked again. */
export async function refreshArticle(client: QueryClient, id: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ['board'] }),
    client.invalidateQueries({ queryKey: ['board-row', id] }),
    client.invalidateQueries({ queryKey: ['article', id] }),
    client.invalidateQueries({ queryKey: ['deliveries', id] }),
  ]);
}
