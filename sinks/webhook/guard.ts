/**
 * Connects to endpoints, and refuses internal addresses at the moment of connecting: what a name resolves to
 * may change between any earlier check and now. Written addresses never pass a resolver, so they are
 * checked by themselves, and what was reached in the end is looked at once more.
 *
 * A host that the operator allows by name is exempt. Its name is looked up as the system does; all others
 * are asked of DNS without a thread of the pool, which a dead server would keep from the log.
 */
import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { isPublicAddress } from './addresses.ts';

/** Names as they stand in a URL, in lower case, with or without a port. */
export type AllowedHosts = ReadonlySet<string>;

/** Answers the addresses of a name. */
export type Resolve = (name: string) => Promise<readonly string[]>;

export interface GuardOptions {
  readonly allow: AllowedHosts;
  /** In place of DNS: for tests. */
  readonly resolve?: Resolve;
  readonly timeoutMs: number;
}

/** The endpoint’s address is one of an internal network. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

const DNS_TIMEOUT_MS = 3_000;
const DNS_TRIES = 2;

export function isAllowed(
  { hostname, port, protocol }: Pick<URL, 'hostname' | 'port' | 'protocol'>,
  allow: AllowedHosts,
) {
  const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return allow.has(hostname.toLowerCase()) || allow.has(`${hostname.toLowerCase()}:${number}`);
}

export function guardedConnector({ allow, resolve, timeoutMs }: GuardOptions): buildConnector.connector {
  const timeouts = { timeout: timeoutMs };
  const trusting = buildConnector(timeouts);
  const lookup = publicLookup(resolve ?? resolveByDns());
  // An address beside another, where one is out of order: it takes lookups that answer with all of them.
  const guarding = buildConnector({ ...timeouts, lookup, autoSelectFamily: true } as buildConnector.BuildOptions);
  return (options, callback) => {
    if (isAllowed(options, allow)) {
      trusting(options, callback);
      return;
    }
    const host = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !isPublicAddress(host)) {
      callback(refusal(host), null);
      return;
    }
    guarding(options, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      if (isPublicAddress(socket.remoteAddress ?? '')) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(refusal(socket.remoteAddress ?? 'an unknown address'), null);
    });
  };
}

/** Leaves of a name’s addresses those that are public, and refuses the name where none is left. */
function publicLookup(resolve: Resolve): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const open = addresses.filter(isPublicAddress).map((address) => ({ address, family: isIP(address) }));
        const [first] = open;
        if (first === undefined) callback(refusal(`${name} (${addresses.join(', ')})`), []);
        else if (options.all === true) callback(null, open);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

function resolveByDns(): Resolve {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES });
  return async (name) => {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = answers.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    if (found.length > 0) return found;
    throw (answers.find((one) => one.status === 'rejected') as PromiseRejectedResult).reason;
  };
}

function refusal(what: string): AddressRefused {
  return new AddressRefused(`${what} is an address of an internal network`);
}
