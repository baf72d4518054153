import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { keyInput, type KeyInput } from '@newsrelay/contracts/role';
import { toShanghaiTime } from '@newsrelay/contracts/text';
import { Caller, type Identity } from '@newsrelay/http-api/identity';
import { decodeCursor, pageOf, pagingQuery } from '@newsrelay/http-api/paging';
import { Needs } from '@newsrelay/http-api/route-marks';
import type { Ledger } from '@newsrelay/ledger/database';
import { listKeys, type StoredKey } from '@newsrelay/ledger/keys';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { Keys } from './keys.js';

const listQuery = z.strictObject(pagingQuery);

function viewOf({ id, name, role, source, createdAt, createdBy, lastUsedAt }: StoredKey) {
  return {
    id,
    name,
    role,
    source,
    createdAt: toShanghaiTime(createdAt),
    createdBy,
    lastUsedAt: lastUsedAt === null ? null : toShanghaiTime(lastUsedAt),
  };
}

@Controller('api/v1/keys')
export class KeysController {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(Keys) private readonly keys: Keys,
  ) {}

  @Get()
  @Needs('keys')
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const rows = await listKeys(this.ledger, query.limit, decodeCursor(query.cursor, z.uuid()));
    return pageOf(
      rows,
      query.limit,
      (key) => ({ createdAt: key.createdAt.toISOString(), id: key.id }),
      viewOf,
    );
  }

  /** The one answer that holds the key. */
  @Post()
  @Needs('keys')
  async create(@Body({ schema: keyInput }) input: KeyInput, @Caller() caller: Identity) {
    const { key, stored } = await this.keys.create(input, caller);
    return { ...viewOf(stored), key };
  }

  @Delete(':id')
  @Needs('keys')
  @HttpCode(204)
  async remove(@Param('id') id: string, @Caller() caller: Identity): Promise<void> {
    await this.keys.remove(id, caller);
  }
}
