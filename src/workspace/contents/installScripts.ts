import { ownValue } from '../../ownValue.ts';
import type { PackageManifest, Workspace } from '../project.ts';
import { manifestPath } from '../readManifest.ts';
import type { ManifestScope } from './installManifest.ts';

/** Scripts that an install runs in workspaces. Yarn 1 runs the last two in the root, unless for production. */
const berryScripts = ['preinstall', 'install', 'postinstall'];
const classicScripts = [...berryScripts, 'prepublish', 'prepare'];

interface InstallScripts {
  /** As an install layer's manifest has them: what the install runs, and what that runs by name. */
  scripts: Readonly<Record<string, string>>;
  /** Sentences for people: what an install goes without that it has in the repo. */
  warnings: readonly string[];
}

/**
 * The scripts of a workspace that its install layer keeps. Left out are those that call a package which is left out
 * (`husky install`), and those that run the `build` script, which needs sources and has a step of its own.
 */
export function installScripts(workspace: Workspace, root: Workspace, scope: ManifestScope): InstallScripts {
  const { scripts: all = {} } = workspace.packageManifest;
  const absent = absentPackages([workspace.packageManifest, root.packageManifest], scope);
  const scripts: Record<string, string> = {};
  const warnings: string[] = [];
  for (const name of installNames(scope)) {
    const reached = reachedScripts(all, name);
    const missing = Object.values(reached).flatMap((script) => calledPackages(script, absent));
    const unwanted = missing.filter((packageName) => !scope.ignored(packageName));
    if (missing.length === 0 && reached.build === undefined) Object.assign(scripts, reached);
    else if (unwanted[0] !== undefined) warnings.push(callsAbsent(workspace, name, unwanted[0]));
  }
  return { scripts, warnings };
}

/** Every script that some install of a workspace may run. */
export function everyInstallScript({ packageManifest: { scripts = {} } }: Workspace): Record<string, string> {
  return Object.assign({}, ...classicScripts.map((name) => reachedScripts(scripts, name)));
}

/** Whether an install runs anything in a workspace; in most it does not. */
export function hasInstallScripts({ packageManifest: { scripts } }: Workspace): boolean {
  return scripts !== undefined && classicScripts.some((name) => scripts[name] !== undefined);
}

function installNames({ family, development }: ManifestScope): readonly string[] {
  return family === 'classic' && development ? classicScripts : berryScripts;
}

/** Development dependencies that a slice does not install. */
function absentPackages(manifests: readonly PackageManifest[], scope: ManifestScope): Set<string> {
  const names = new Set(manifests.flatMap(({ devDependencies = {} }) => Object.keys(devDependencies)));
  const present = manifests.flatMap(({ dependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...optionalDependencies }),
  );
  for (const name of present) names.delete(name);
  return new Set([...names].filter((name) => !scope.development || scope.ignored(name)));
}

/** A script and those of the same manifest that it runs (`yarn run x`, `npm run x`), by name. */
function reachedScripts(all: Readonly<Record<string, string>>, name: string): Record<string, string> {
  const reached: Record<string, string> = {};
  const pending = [name];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const script = ownValue(all, next);
    if (script === undefined || Object.hasOwn(reached, next)) continue;
    reached[next] = script;
    if (/\b(yarn|npm|pnpm|run-[sp]|npm-run-all)\b/.test(script)) pending.push(...wordsOf(script));
  }
  return reached;
}

/** Commands that are not called like their package. */
const packageOfCommand: Readonly<Record<string, string>> = { tsc: 'typescript', ng: '@angular/cli' };

function calledPackages(script: string, candidates: ReadonlySet<string>): string[] {
  const words = new Set(wordsOf(script).map((word) => word.replace(/^.*node_modules\/\.bin\//, '')));
  return [...candidates].filter((name) =>
    [...words].some((word) => word === name || packageOfCommand[word] === name),
  );
}

/** What a shell would take for words, near enough to look names up. */
export function wordsOf(script: string): string[] {
  return script.split(/[\s;&|()"'`=]+/).filter((word) => word !== '');
}

function callsAbsent(workspace: Workspace, script: string, packageName: string): string {
  return `${manifestPath(workspace)}: \`${script}\` calls ${packageName}, a development dependency, so the image's own install goes without it. Where the service needs it to run, move ${packageName} to \`dependencies\`.`;
}
