import { inputFailure } from '../../errors.ts';
import type { FileEntry } from '../../ports/git.ts';
import type { Snapshot } from '../snapshot.ts';

/** Files in which registries' credentials stand, with what a credential's line looks like in each. */
const credentialLines = new Map([
  ['.npmrc', /^\s*(?:.*:)?(?:_authToken|_auth|_password|key)(?:\[\])?\s*=\s*(.+)$/],
  ['.yarnrc', /^\s*"?(?:.*:)?(?:_authToken|_auth|_password|key)"?\s+(.+)$/],
  // Also between braces and in quotes. A value on the next line has a mark on this one, or nothing.
  ['.yarnrc.yml', /(?:^|[\s{,])["']?(?:npmAuthToken|npmAuthIdent)["']?\s*:\s*([^,}]*)/],
]);

/** `https://user:password@host`: for a registry, or a proxy. */
const credentialInAddress = /:\/\/([^\s/@"']+:[^\s/@"']+)@/;

/** A default that is longer than a placeholder would be. */
const longestPlaceholder = 12;

/** A variable without a default in a registry's settings. */
export interface SettingsVariable {
  name: string;
  file: string;
  /** From 1. */
  line: number;
}

/**
 * Refuses committed credentials on their way into a layer. `${NAME}` is fine: the value comes as a build secret.
 * Gives such variables that have no default.
 */
export async function checkTokens(
  snapshot: Snapshot,
  files: readonly FileEntry[],
): Promise<SettingsVariable[]> {
  const variables: SettingsVariable[] = [];
  for (const { path, oid } of files) {
    const pattern = credentialLines.get(path.slice(path.lastIndexOf('/') + 1));
    if (pattern === undefined) continue;
    const key = `${oid} ${path}`;
    const found =
      checked.get(key) ?? checkText((await snapshot.readObject(oid)).toString('utf8'), path, pattern);
    checked.set(key, found);
    variables.push(...found);
  }
  return variables;
}

/** By object id and path: every service has the root's settings in its context. */
const checked = new Map<string, readonly SettingsVariable[]>();

function checkText(text: string, path: string, pattern: RegExp): SettingsVariable[] {
  const variables: SettingsVariable[] = [];
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (/^\s*[#;]/.test(line)) continue;
    if (holdsCredential(line, lines[index + 1] ?? '', pattern)) throw committedToken(path, index + 1);
    for (const [, name = ''] of line.matchAll(/\$\{(\w+)\}/g))
      variables.push({ name, file: path, line: index + 1 });
  }
  return variables;
}

function holdsCredential(line: string, nextLine: string, pattern: RegExp): boolean {
  const [, value] = pattern.exec(line) ?? [];
  const next = value === '' ? /^\s+([^\s:]+)$/.exec(nextLine)?.[1] : undefined;
  const values = [value, next, credentialInAddress.exec(line)?.[1]];
  return values.some((found) => isCredential(found ?? ''));
}

/** Whether a value is more than a variable, with a default that stands for none at most. */
function isCredential(value: string): boolean {
  const bare = value.replace(/["']|\s+#.*$/g, '').trim();
  const defaults = [...bare.matchAll(/\$\{\w+:?-([^}]*)\}?/g)].map(([, text = '']) => text);
  if (defaults.some((text) => text.length > longestPlaceholder)) return true;
  return bare !== '' && !/\$\{\w+/.test(bare);
}

function committedToken(file: string, line: number) {
  return inputFailure({
    reason: 'token-in-context',
    message: `${file} holds a registry credential, which would end up in a layer of the image.`,
    hint: `Write \${NPM_TOKEN} there, add \`secrets: { NPM_TOKEN: { env: NPM_TOKEN } }\` to shipyarn.yaml, and revoke the committed one.`,
    at: { file, line },
  });
}

/** Refuses settings that ask for a variable which no build secret brings. */
export function checkVariablesAreSecrets(
  variables: readonly SettingsVariable[],
  secrets: readonly string[],
): void {
  const missing = variables.find(({ name }) => !secrets.includes(name));
  if (missing === undefined) return;
  const { name, file, line } = missing;
  // Yarn 1 knows no defaults in its settings.
  const otherwise = file === '.yarnrc.yml' ? `, or give a default: \`\${${name}-}\`` : '';
  throw inputFailure({
    reason: 'secret-not-named',
    message: `${file} asks for \${${name}}, and no build secret of that name is configured.`,
    hint: `Add \`secrets: { ${name}: { env: ${name} } }\` to shipyarn.yaml${otherwise}.`,
    at: { file, line },
  });
}
