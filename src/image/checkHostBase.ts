import { inputFailure } from '../errors.ts';
import { type Platform, platformName } from './imageFormat.ts';
import { hostPlatform } from './oci/hostPlatform.ts';

/** Throws where `base: host` is to carry a service on another platform than this machine's. */
export function checkHostBase(platform: Platform, service: string): void {
  const own = hostPlatform();
  if (platform.os === own.os && platform.architecture === own.architecture) return;
  throw inputFailure({
    reason: 'base-image-platform',
    message: `${service}: \`base: host\` is made of this machine's Node, which runs on ${platformName(own)} and not on ${platformName(platform)}.`,
    hint: 'Name a base that has this platform, for example `base: node:20-slim`, or change `platforms`.',
  });
}
