import { RefusedTargetError } from './exchange.js';
import type { ResolveName } from './resolve-name.js';
import { checkAddress, type AllowTargets } from './target-rules.js';

/** Milliseconds that a name may take to resolve while a target is set up; one that takes longer counts as unresolved. */
const RESOLVE_TARGET_TIMEOUT_MS = 3_000;

/** What names are resolved with, and which addresses may be connected to. */
export interface LookupRules {
  allow: AllowTargets;
  resolveName: ResolveName;
}

/**
 * The addresses of a name that pass, which are the ones to connect to. `onlyAllowListed` asks for addresses of the allow list.
 *
 * @throws RefusedTargetError if none does; Error if the name has none
 */
export async function allowedAddresses(
  host: string,
  { allow, resolveName }: LookupRules,
  onlyAllowListed: boolean,
): Promise<string[]> {
  const addresses = await resolveName(host);
  if (addresses.length === 0) throw new Error(`the name ${host} has no address`);
  const judged = addresses.map((address) => ({
    address,
    refused: checkAddress(address, allow, onlyAllowListed),
  }));
  const passed = judged.filter(({ refused }) => refused === null);
  if (passed.length === 0) throw new RefusedTargetError(`the target ${judged[0]?.refused ?? ''}`);
  return passed.map(({ address }) => address);
}

/** Why none of a name's addresses may be connected to, or null: also for a name that does not resolve in time. */
export async function whyNameIsRefused(
  host: string,
  { allow, resolveName }: LookupRules,
  onlyAllowListed: boolean,
): Promise<string | null> {
  const { promise: late, resolve } = Promise.withResolvers<readonly string[]>();
  const timer = setTimeout(resolve, RESOLVE_TARGET_TIMEOUT_MS, []);
  const addresses = await Promise.race([resolveName(host).catch(() => []), late]);
  clearTimeout(timer);
  const reasons = addresses.map((address) => checkAddress(address, allow, onlyAllowListed));
  return reasons.includes(null) ? null : (reasons[0] ?? null);
}
