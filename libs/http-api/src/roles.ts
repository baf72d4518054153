import type { Role } from '@newsrelay/contracts/role';
import { ROLES } from '@newsrelay/contracts/role';

/** What a route may ask for. Every route is marked with one of these, or as open. */
export const PERMISSIONS = [
  /** Who am I? */
  'me',
  /** Articles, deliveries, channels, status. */
  'read',
  /** Articles and pages in, corrections; a key of the role source those of its own source only. */
  'intake',
  /** Approving and discarding held versions. */
  'review',
  /** Taking an article down. */
  'withdraw',
  /** Sending a delivery once more. */
  'retry',
  /** Making, changing, pausing, testing and deleting channels. */
  'channels',
  /** Where operators are told: reading, making, changing, testing and deleting alarm sinks. */
  'alarms',
  /** Prometheus metrics. */
  'metrics',
  /** The views of the job queues. */
  'queues',
  /** Keys. */
  'keys',
  /** Who changed what. */
  'audit',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The one place that says which role may do what. */
const MAY: Readonly<Record<Role, readonly Permission[]>> = {
  source: ['me', 'intake'],
  editor: ['me', 'read', 'intake', 'review', 'withdraw'],
  operator: ['me', 'read', 'withdraw', 'retry', 'channels', 'alarms', 'metrics', 'queues'],
  admin: PERMISSIONS,
};

export function may(role: Role, permission: Permission): boolean {
  return MAY[role].includes(permission);
}

export function permissionsOf(role: Role): readonly Permission[] {
  return MAY[role];
}

export function rolesThatMay(permission: Permission): Role[] {
  return ROLES.filter((role) => may(role, permission));
}
