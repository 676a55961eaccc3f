import type { Platform } from '../imageFormat.ts';

/** Node's names for what platforms call otherwise. */
const NODE_ARCHITECTURE: Readonly<Record<string, string>> = { amd64: 'x64', arm64: 'arm64', '386': 'ia32' };

/** Node's name (`x64`) for a platform's architecture (`amd64`). */
export function nodeArchitecture({ architecture }: Platform): string {
  return NODE_ARCHITECTURE[architecture] ?? architecture;
}

/** The platform that containers on this machine have. */
export function hostPlatform(): Platform {
  const known = Object.entries(NODE_ARCHITECTURE).find(([, name]) => name === process.arch);
  return { os: 'linux', architecture: known?.[0] ?? process.arch };
}

/** Whether what is installed and compiled on this machine runs on a platform. */
export function isHostPlatform(platform: Platform): boolean {
  return process.platform === platform.os && nodeArchitecture(platform) === process.arch;
}
