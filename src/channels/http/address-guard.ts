import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { buildConnector } from 'undici';

/** Thrown instead of connecting to an address that no social network has. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

export interface ConnectorOptions {
  readonly connectTimeoutMs: number;
  /** Only ever true where the networks are simulated. */
  readonly allowPrivateTargets: boolean;
}

/**
 * A connector that refuses private, loopback, link-local, metadata and other special addresses at the moment of
 * connecting, on the addresses that will be used: a name that resolves differently a second time gains nothing.
 */
export function guardedConnector(options: ConnectorOptions): buildConnector.connector {
  // HTTP/1.1 only: its connection belongs to one request, which keeps "has it gone out?" a plain question.
  const settings = { timeout: options.connectTimeoutMs, allowH2: false };
  if (options.allowPrivateTargets) return buildConnector(settings);

  const connect = buildConnector({ ...settings, lookup: guardedLookup });
  return (target, callback) => {
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up, so the lookup guard would not see it.
    if (isIP(literal) !== 0 && !isPublicAddress(literal)) {
      callback(new ForbiddenAddressError('The address is not a public one.'), null);
      return;
    }
    connect(target, callback);
  };
}

/** Whether an IPv4 or IPv6 address belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  // IPv6: only global unicast is public. That leaves out the mapped, compatible and translated forms of IPv4 as well.
  return family === 6 && globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

type LookupAnswer = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

function guardedLookup(hostname: string, options: LookupOptions, answer: LookupAnswer): void {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      answer(error, []);
      return;
    }
    const first = addresses[0];
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
      answer(new ForbiddenAddressError('The host resolves to an address that is not a public one.'), []);
      return;
    }
    if (options.all === true) answer(null, addresses);
    else answer(null, first.address, first.family);
  });
}

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** The IANA special-purpose registries, as far as they are not globally reachable. */
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, prefix, 'ipv6');
}
