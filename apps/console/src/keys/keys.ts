import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Problem } from '@newsrelay/contracts/problem';
import { BUILT_IN_KEY, type KeyInput } from '@newsrelay/contracts/role';
import { newKey } from '@newsrelay/http-api/authenticator';
import { recordChanges, type Actor } from '@newsrelay/ledger/audit';
import type { Ledger } from '@newsrelay/ledger/database';
import { createKey, deleteKey, hashOfKey, type StoredKey } from '@newsrelay/ledger/keys';
import { LEDGER } from '@newsrelay/ledger/ledger-token';
import { ConsoleEvents } from '../events.js';

/** Keys as admins make and revoke them. */
@Injectable()
export class Keys {
  constructor(
    @Inject(LEDGER) private readonly ledger: Ledger,
    @Inject(ConsoleEvents) private readonly events: ConsoleEvents,
  ) {}

  /** The key itself is in this answer and nowhere else. @throws Problem 409 for a name that is taken */
  async create(input: KeyInput, actor: Actor): Promise<{ key: string; stored: StoredKey }> {
    const key = newKey();
    const stored = await this.ledger.transaction().execute(async (tx) => {
      const createdBy = { id: actor.keyId, name: actor.keyName };
      const made = await createKey(tx, { ...input, id: randomUUID(), hash: hashOfKey(key), createdBy });
      if (made === null) {
        throw new Problem(409, `There is a key named ${input.name}: choose another name.`, [
          { path: '/name', message: 'is taken' },
        ]);
      }
      const { id, name, role, source } = made;
      const detail = { name, role, ...(source === null ? {} : { source }) };
      await recordChanges(tx, actor, [{ action: 'key.create', subject: { kind: 'key', id }, detail }]);
      return made;
    });
    this.events.keyChanged(stored.id, 'created');
    return { key, stored };
  }

  /**
   * From the answer on the key is refused everywhere, and its sessions. An admin may delete the key in use, as the way to
   * give back access; the built-in key is always there to make another. @throws Problem 404, 409 for the built-in key
   */
  async remove(id: string, actor: Actor): Promise<void> {
    if (id === BUILT_IN_KEY.id)
      throw new Problem(409, 'The built-in key is not deleted here: change the setting NEWSRELAY_ADMIN_KEY.');
    await this.ledger.transaction().execute(async (tx) => {
      const deleted = z.uuid().safeParse(id).success ? await deleteKey(tx, id) : undefined;
      if (deleted === undefined) throw new Problem(404, 'There is no such key.');
      const { name, role } = deleted;
      await recordChanges(tx, actor, [
        { action: 'key.delete', subject: { kind: 'key', id: deleted.id }, detail: { name, role } },
      ]);
    });
    this.events.keyChanged(id, 'deleted');
  }
}
