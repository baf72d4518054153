import { sql } from 'kysely';

/*
 * What makes what pointless, and what goes first, among the deliveries of one article to one channel. Each condition is
 * asked when a delivery is made, claimed and settled; its arguments are names of rows in the statement around it.
 */

/** A delivery is newer than another of the same (article, channel) by this: a version comes before its own withdrawal. */
export const newerThan = (newer: string, older: string) =>
  sql<boolean>`(${sql.ref(`${newer}.version`)}, ${sql.ref(`${newer}.action`)} = 'withdraw') > (${sql.ref(`${older}.version`)}, ${sql.ref(`${older}.action`)} = 'withdraw')`;

/** They are of the same article and channel. */
export const besides = (one: string, other: string) =>
  sql<boolean>`(${sql.ref(`${one}.article_id`)} = ${sql.ref(`${other}.article_id`)}
    and ${sql.ref(`${one}.channel_id`)} = ${sql.ref(`${other}.channel_id`)})`;

/**
 * Another delivery of the same (article, channel) makes this one pointless: any newer one makes a publish pointless; a
 * withdrawal is overtaken by a newer withdrawal, and by a version that is there or on its way, which it would take down. A
 * version that has not begun overtakes no withdrawal, nor does one that was given up: what it was to replace still stands.
 */
export const overtakes = (newer: string, older: string) =>
  sql<boolean>`(${besides(newer, older)}
    and ${sql.ref(`${newer}.state`)} <> 'canceled'
    and ${newerThan(newer, older)}
    and (${sql.ref(`${older}.action`)} = 'publish' or ${sql.ref(`${newer}.action`)} = 'withdraw'
         or (${sql.ref(`${newer}.begun_at`)} is not null
             and ${sql.ref(`${newer}.state`)} not in ('dead', 'manual', 'superseded'))))`;

/** A withdrawal that is still to go out goes before any newer version: what it takes down is not shown a moment longer. */
export const goesBefore = (withdrawal: string, publish: string) =>
  sql<boolean>`(${besides(withdrawal, publish)}
    and ${sql.ref(`${publish}.action`)} = 'publish' and ${sql.ref(`${withdrawal}.action`)} = 'withdraw'
    and ${sql.ref(`${withdrawal}.version`)} < ${sql.ref(`${publish}.version`)}
    and ${sql.ref(`${withdrawal}.state`)} in ('queued', 'retrying', 'sending'))`;
