import { posix } from 'node:path';
import type { Closure } from '../closure.ts';
import type { ContextContents, ContextLayer, ContextPart } from '../contextContents.ts';
import type { Project } from '../project.ts';
import { manifestPath } from '../readManifest.ts';
import type { Service } from '../service.ts';
import { contextLayer } from './contextLayer.ts';
import { contextPart, filesPart } from './contextPart.ts';
import { copiedFiles } from './copiedFiles.ts';
import { copySources } from './copySources.ts';
import type { IgnoreRules } from './ignoreRules.ts';
import { installParts, sourceManifestPart } from './installLayer.ts';
import { checkFiles } from './sourceFiles.ts';
import { sourceLayers, workspaceParts } from './sourceLayers.ts';

interface OwnDockerfile {
  origin: string;
  text: string;
  rules: IgnoreRules;
}

/** Where the install layers stand beside the repo's own shape. */
const offered = { manifests: '.shipyarn/manifests', production: '.shipyarn/production' } as const;

/**
 * The context of a service with a Dockerfile of its own: the closure in the repo's own shape with the build slice as
 * its lockfile and what the Dockerfile copies beside it, or the service's folder alone; the install layers beside it.
 */
export async function ownContext(
  project: Project,
  service: Service,
  closures: { build: Closure; runtime: Closure },
  dockerfile: OwnDockerfile,
): Promise<Pick<ContextContents, 'shape' | 'layers' | 'dockerfile'>> {
  const install = [
    contextLayer('manifests', offered.manifests, await installParts(project, closures.build, service)),
    contextLayer('production', offered.production, await installParts(project, closures.runtime, service)),
  ];
  const { origin, text } = dockerfile;
  if (service.settings.context === 'service') {
    const path = insideOf(service.path, origin) ?? 'Dockerfile';
    const layer = await serviceFolder(project, service, closures.build, dockerfile);
    return { shape: 'service', layers: [...install, layer], dockerfile: { path, text, origin } };
  }
  const layers = await repoShape(project, service, closures.build, dockerfile);
  return { shape: 'root', layers: [...install, ...layers], dockerfile: { path: origin, text, origin } };
}

async function repoShape(
  project: Project,
  service: Service,
  closure: Closure,
  { origin, text, rules }: OwnDockerfile,
): Promise<ContextLayer[]> {
  const sources = copySources(text, service.settings.buildArguments);
  const members = [...closure.workspaces];
  const root = sourceManifestPart(project, closure, project.root);
  const install = (await installParts(project, closure, service)).map(
    withoutMembers(members.map(({ path }) => path)),
  );
  const written = install.flatMap((part) => part.entries().map(({ path }) => path));
  const copied = await copiedFiles(sources, {
    project,
    members: [...members, project.root],
    rules,
    dockerfile: origin,
    written: [...written, ...Object.values(offered)],
  });
  // `COPY package.json yarn.lock ./` takes what shipyarn writes: what is committed is not in the context.
  const present = new Set([...written, manifestPath(project.root)]);
  const unwritten = copied.filter(({ path }) => !present.has(path));
  await checkFiles(project.snapshot, unwritten);
  return sourceLayers(project, service, closure, {
    rules,
    prefixes: { dependencies: '', service: '' },
    more: [root, ...install, filesPart(unwritten)],
  });
}

/** Their manifests, and what their install scripts call, stand with the sources. */
function withoutMembers(folders: readonly string[]) {
  const manifests = new Set(folders.map((folder) => posix.join(folder, 'package.json')));
  const own = folders.filter((folder) => folder !== '');
  const isSource = (path: string) =>
    manifests.has(path) || own.some((folder) => path.startsWith(`${folder}/`));
  return (part: ContextPart): ContextPart =>
    contextPart(
      () => part.key,
      () => part.entries().filter(({ path }) => !isSource(path)),
    );
}

async function serviceFolder(
  project: Project,
  service: Service,
  closure: Closure,
  { origin, text, rules }: OwnDockerfile,
): Promise<ContextLayer> {
  const parts = await workspaceParts(project, closure, [service.workspace], rules);
  const prefix = service.path === '' ? '' : `${service.path}/`;
  const sources = copySources(text, service.settings.buildArguments)
    .filter(({ path }) => path !== '' && !path.startsWith('.shipyarn'))
    .map(({ path, line }) => ({ path: prefix + path, line }));
  // Only to see that they are there: the folder is in the context as it is.
  await copiedFiles(sources, {
    project,
    members: [service.workspace],
    rules,
    dockerfile: origin,
    written: [],
  });
  const inside = parts.map((part) =>
    contextPart(
      () => part.key,
      () => part.entries().map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) })),
    ),
  );
  return contextLayer('service', '', inside);
}

function insideOf(folder: string, path: string): string | null {
  return folder === '' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
}
