import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openImageStore } from '../../src/adapters/registry/openImageStore.ts';
import { proxyFor } from '../../src/adapters/registry/proxyFor.ts';

describe('the proxy for an address', () => {
  const proxy = 'http://proxy.example.com:3128';
  test.each([
    ['https://registry.example.com/v2/', { HTTPS_PROXY: proxy }, proxy],
    ['https://registry.example.com/v2/', { https_proxy: 'proxy.example.com:3128' }, proxy],
    ['https://registry.example.com/v2/', { ALL_PROXY: proxy }, proxy],
    ['http://127.0.0.1:5000/v2/', { HTTPS_PROXY: proxy }, null],
    ['https://registry.example.com/v2/', { HTTPS_PROXY: proxy, NO_PROXY: 'other, .example.com' }, null],
    ['https://registry.example.com/v2/', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com:5000' }, proxy],
    ['https://registry.example.com:5000/v2/', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com:5000' }, null],
    ['https://notexample.com/v2/', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com' }, proxy],
    ['https://registry.example.com/v2/', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, null],
    ['https://registry.example.com/v2/', {}, null],
  ])('%s with %o', (url, env, expected) => {
    expect(proxyFor(new URL(url), env)).toBe(expected);
  });
});

test('a registry behind a proxy is asked for through it', async () => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const env = { HTTPS_PROXY, DOCKER_CONFIG: '/nonexistent' };
  const store = openImageStore('registry.example.com/team', { env, insecureRegistries: [] });
  await expect(store.getManifest('team/api', '1.0.0')).rejects.toMatchObject({ name: 'Failure' });
  expect(asked[0]).toBe('registry.example.com:443');
});
