/** Where a registry is spoken to, from the name that image references carry. */
export interface RegistryHost {
  /** As in references and in Docker's config.json: `docker.io`, `127.0.0.1:5000`. */
  name: string;
  /** Origin of its API: `https://registry-1.docker.io`. */
  origin: string;
}

/**
 * Plain HTTP is for loopback hosts and those in `insecure` (host with port, or `*.example.com`); all others get TLS.
 */
export function registryHost(name: string, insecure: readonly string[]): RegistryHost {
  const address = name === 'docker.io' ? 'registry-1.docker.io' : name;
  const plain = isLoopback(name) || insecure.some((pattern) => hostMatches(pattern, name));
  return { name, origin: `${plain ? 'http' : 'https'}://${address}` };
}

function isLoopback(name: string): boolean {
  const host = name.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function hostMatches(pattern: string, name: string): boolean {
  const withoutPort = name.replace(/:\d+$/, '');
  if (pattern.startsWith('*.'))
    return name.endsWith(pattern.slice(1)) || withoutPort.endsWith(pattern.slice(1));
  return pattern === name || pattern === withoutPort;
}
