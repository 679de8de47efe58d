/**
 * Which addresses a webhook may reach: those of the public internet alone. A person who may write a
 * subscription must not be able to make this process speak to what only this process can reach: its own
 * machine, its neighbours, the metadata service of its cloud.
 *
 * Sources: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates). Of IPv6 only what is
 * given out as global unicast is public; forms that carry an IPv4 address inside are judged by that.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

const INTERNAL_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT; 100.100.100.200 is a metadata service
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // a cloud’s own services on a public address
  ['169.254.0.0', 16], // link-local; 169.254.169.254 is the metadata service
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments; 192.0.0.192 is a metadata service
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
];

/** Parts of 2000::/3 that are not the public internet. */
const INTERNAL_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23], // protocol assignments, Teredo and ORCHID among them
  ['2001:db8::', 32], // documentation
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
];

const internal = new BlockList();
for (const [network, prefix] of INTERNAL_IPV4) internal.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of INTERNAL_IPV6) internal.addSubnet(network, prefix, 'ipv6');

/** True for an address of the public internet; false for any other and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '');
  if (isIPv4(plain)) return !internal.check(plain, 'ipv4');
  // A zone names an interface of this machine.
  if (isIP(plain) === 0 || plain.includes('%')) return false;
  const groups = groupsOf(plain);
  const embedded = embeddedIpv4(groups);
  if (embedded !== null) return isPublicAddress(embedded);
  return (groups[0]! & 0xe000) === 0x2000 && !internal.check(plain, 'ipv6');
}

/** The IPv4 address inside an IPv6 one: mapped, translated (NAT64), or tunnelled (6to4); null where there is none. */
function embeddedIpv4(groups: readonly number[]): string | null {
  const [first, second] = groups as [number, number];
  if (first === 0x2002) return ipv4Of(groups[1]!, groups[2]!);
  const low = () => ipv4Of(groups[6]!, groups[7]!);
  if (groups.slice(0, 5).every((one) => one === 0) && groups[5] === 0xffff) return low();
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((one) => one === 0)) return low();
  return null;
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = dotted === null ? address : `${dotted[1]}${pair(dotted[2]!, dotted[3]!)}:${pair(dotted[4]!, dotted[5]!)}`;
  const [head, tail] = hex.split('::') as [string, string | undefined];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

function pair(high: string, low: string): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}
