import { escapeRegExp } from '../../escapeRegExp.ts';
import type { Project, YarnSettings } from '../project.ts';
import type { Snapshot } from '../snapshot.ts';

/** The registry that a repo's settings name; each text may hold `${NAME}`, which is known where Yarn runs only. */
export interface YarnRegistry {
  server: string | null;
  token: string | null;
  /** `<user>:<password>`, plain or as base64. */
  ident: string | null;
}

/** Where the repo's settings send Yarn for its packages, and what it shows there. */
export async function yarnRegistry({ yarn, settings, snapshot }: Project): Promise<YarnRegistry> {
  return yarn.family === 'classic' ? classicRegistry(snapshot) : berryRegistry(settings);
}

/** @see https://yarnpkg.com/configuration/yarnrc#npmRegistries */
function berryRegistry(settings: YarnSettings): YarnRegistry {
  const server = text(settings.npmRegistryServer);
  const bare = (address: string) => address.replace(/^https?:/, '').replace(/\/$/, '');
  const [, own = settings] =
    Object.entries(settings.npmRegistries ?? {}).find(
      ([address]) => server !== null && bare(address) === bare(server),
    ) ?? [];
  return { server, token: text(own?.npmAuthToken), ident: text(own?.npmAuthIdent) };
}

/** @see https://docs.npmjs.com/cli/v6/configuring-npm/npmrc, which Yarn 1 reads beside its own `.yarnrc` */
async function classicRegistry(snapshot: Snapshot): Promise<YarnRegistry> {
  const [yarnrc, npmrc] = await Promise.all(
    ['.yarnrc', '.npmrc'].map(async (file) => (await snapshot.read(file))?.toString('utf8') ?? ''),
  );
  const inNpmrc = (key: string) => lineValue(npmrc ?? '', `${key}\\s*=`);
  const server = lineValue(yarnrc ?? '', '"?registry"?\\s') ?? inNpmrc('registry');
  const host = (server ?? '').replace(/^https?:/, '').replace(/\/$/, '');
  const place = `${escapeRegExp(host)}/?:`;
  return { server, token: inNpmrc(`${place}_authToken`), ident: inNpmrc(`${place}_auth`) };
}

function lineValue(content: string, key: string): string | null {
  return new RegExp(`^\\s*${key}\\s*["']?([^"'\\s]+)`, 'm').exec(content)?.[1] ?? null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
