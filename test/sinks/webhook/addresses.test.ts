import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../sinks/webhook/addresses.ts';

const INTERNAL = [
  ['0.0.0.0', 'this host'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.100.100.200', 'metadata'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['168.63.129.16', 'metadata on a public address'],
  ['169.254.169.254', 'metadata'],
  ['169.254.0.23', 'metadata'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.192', 'metadata'],
  ['192.168.1.1', 'private'],
  ['198.18.0.1', 'benchmarks'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::127.0.0.1', 'the old compatible form'],
  ['::ffff:127.0.0.1', 'mapped'],
  ['::ffff:7f00:1', 'mapped, in hex'],
  ['0:0:0:0:0:ffff:a00:1', 'mapped, in full'],
  ['::ffff:169.254.169.254', 'mapped'],
  ['64:ff9b::a01:203', 'NAT64 of 10.1.2.3'],
  ['64:ff9b::169.254.169.254', 'NAT64 of the metadata service'],
  ['64:ff9b:1::1', 'local NAT64'],
  ['2002:a01:203::1', '6to4 of 10.1.2.3'],
  ['2002:7f00:1::', '6to4 of loopback'],
  ['2001::1', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['fc00::1', 'unique local'],
  ['fd00:ec2::254', 'metadata'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with its interface'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['100::1', 'discard'],
  ['[::1]', 'in brackets'],
  ['', 'nothing'],
  ['localhost', 'a name'],
  ['0x7f000001', 'no form that a resolver gives'],
] as const;

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.0.1.1',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '[2400:3200::1]',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
  '2002:808:808::1',
];

describe('an address', () => {
  it.each(INTERNAL)('%s is refused: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC)('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('a URL that writes an address in another notation', () => {
  it.each([
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://①②⑦.⓪.⓪.①/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:ffff:127.0.0.1]/',
    'http://0xa9fea9fe/',
    'http://3232235777/',
  ])('%s is refused', (url) => {
    expect(isPublicAddress(new URL(url).hostname)).toBe(false);
  });
});
