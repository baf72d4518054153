import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Problem } from '@newsrelay/contracts/problem';
import { taskDoneInput } from '@newsrelay/contracts/task';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import {
  TASK_LISTS,
  endTask,
  findTask,
  listTasks,
  releaseTask,
  takeTask,
  type Task,
  type TaskVerdict,
} from '@newsrelay/ledger/tasks';
import { DueJobs } from '../deliveries/due-jobs.js';

const listQuery = z.strictObject({ ...pagingQuery, state: z.enum(TASK_LISTS).default('open') });

/** What only a person can bring to its end. A task is named by its delivery. */
@Controller('api/v1/tasks')
export class TasksController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(DueJobs) private readonly dueJobs: DueJobs,
  ) {}

  @Get()
  @Needs('read')
  async list(@Query({ schema: listQuery }) { state, limit, cursor }: z.infer<typeof listQuery>) {
    const rows = await listTasks(this.ledger, { state, limit, after: decodeCursor(cursor) });
    return pageOf(
      rows,
      limit,
      ({ task, openedAt }) => ({ createdAt: openedAt.toISOString(), id: task.id }),
      ({ task }) => task,
    );
  }

  @Post(':id/take')
  @Needs('retry')
  @HttpCode(200)
  async take(@Param('id') id: string, @Caller() caller: Identity): Promise<Task> {
    return this.#answer(id, await takeTask(this.ledger, id, caller));
  }

  @Post(':id/release')
  @Needs('retry')
  @HttpCode(200)
  async release(@Param('id') id: string, @Caller() caller: Identity): Promise<Task> {
    return this.#answer(id, await releaseTask(this.ledger, id, caller));
  }

  @Post(':id/done')
  @Needs('retry')
  @HttpCode(200)
  async done(
    @Param('id') id: string,
    @Body({ schema: taskDoneInput }) done: z.infer<typeof taskDoneInput>,
    @Caller() caller: Identity,
  ): Promise<Task> {
    const verdict = await endTask(this.ledger, id, done, caller);
    if (verdict.verdict === 'queued') await this.dueJobs.of(verdict.delivery);
    return this.#answer(id, verdict);
  }

  async #answer(id: string, verdict: TaskVerdict): Promise<Task> {
    if (verdict.verdict === 'refused') {
      throw new Problem(409, `This task cannot be changed so: ${verdict.reason}.`);
    }
    if (verdict.verdict === 'unfit') {
      throw new Problem(422, 'result: this does not answer what the task asks.', [
        {
          path: '/result',
          message:
            'must be taken-down where something is to be taken down, there or not-there where somebody has to look',
        },
      ]);
    }
    const task = verdict.verdict === 'missing' ? undefined : await findTask(this.ledger, id);
    if (task === undefined) throw new Problem(404, 'There is no such task.');
    return task;
  }
}
