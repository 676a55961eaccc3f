import { expect } from 'vitest';
import { docker, withService } from '../support/engine.ts';

/** Pulls a released image anew, looks at its labels, and asks the running service. */
export async function lookAtPulledImage(
  prefix: string,
  service: string,
  version: string,
  revision: string,
): Promise<void> {
  const reference = `${prefix}/${service}:${version}`;
  await docker
    .getImage(reference)
    .remove({ force: true })
    .catch(() => undefined);
  const stream = await docker.pull(reference);
  await new Promise<void>((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  );
  const { Config } = await docker.getImage(reference).inspect();
  expect(Config.Labels).toMatchObject({
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.revision': revision,
  });
  expect(Config.User).toBe('1000:1000');
  await withService(reference, 3000, async (url) => {
    expect(await (await fetch(url)).json()).toMatchObject({ service, version });
  });
}
