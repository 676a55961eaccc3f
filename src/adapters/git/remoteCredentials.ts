import { type GitSettings, settingsVariables } from './gitSettings.ts';
import { isBareToken } from './isBareToken.ts';
import type { RemoteAddress, RemoteAddresses } from './remoteAddresses.ts';

/** Variables for the Git processes that read from a remote, and for those that push to it. */
export interface RemoteCredentials {
  fetch: Readonly<Record<string, string>>;
  push: Readonly<Record<string, string>>;
}

/**
 * Takes the credentials out of a remote's addresses. Git puts the address on the command line of its transport, where
 * everybody on the machine can read it. These variables give Git the bare address instead, and a credential helper
 * that has the credentials from one more variable. A helper rather than a header: Git asks it when the server asks
 * Git, for whatever kind of authentication, as it is with credentials in an address.
 * @see https://git-scm.com/docs/gitcredentials
 */
export function remoteCredentials(
  { fetch, push }: RemoteAddresses,
  env: NodeJS.ProcessEnv,
): RemoteCredentials {
  const reading = fetch.flatMap(hidden);
  const writing = push.flatMap(hidden);
  return { fetch: variables(reading, [], env), push: variables(reading, writing, env) };
}

interface Hidden {
  configured: string;
  /** The address without credentials. */
  bare: string;
  /** Scheme and host of it. */
  origin: string;
  user: string;
  /** Null: the user name is the secret, and Git asks who knows the password. */
  password: string | null;
}

/** None: there is nothing to hide, or nothing that Git would take (a line break in it). */
function hidden({ configured, used }: RemoteAddress): Hidden[] {
  const [, scheme = '', userInfo, place = ''] = /^(https?:\/\/)([^/?#@]*)@(.+)$/i.exec(used) ?? [];
  if (userInfo === undefined) return [];
  const colon = userInfo.indexOf(':');
  const user = decoded(colon === -1 ? userInfo : userInfo.slice(0, colon));
  const password = colon === -1 ? null : decoded(userInfo.slice(colon + 1));
  if (/[\0\r\n]/.test(`${user}${password}`) || (password === null && !isBareToken(user))) return [];
  const origin = `${scheme}${place.replace(/[/?#].*$/, '')}`;
  return [{ configured, bare: `${scheme}${place}`, origin, user, password }];
}

/** As Git does it: a percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString(),
  );
}

/**
 * The first rule for an address wins, and the last helper: a push goes by what `writing` says, and still reads what a
 * partial clone lacks.
 */
function variables(
  reading: readonly Hidden[],
  writing: readonly Hidden[],
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const rules = [
    ...writing.flatMap(({ bare, configured }) => [
      [`url.${bare}.pushInsteadOf`, configured] as const,
      [`url.${bare}.insteadOf`, configured] as const,
    ]),
    ...reading.map(({ bare, configured }) => [`url.${bare}.insteadOf`, configured] as const),
  ];
  const known = [...reading, ...writing];
  // For the whole host, since hooks ask without a path (Git LFS); then for each repository its own.
  const answers = [
    ...known.flatMap((one, index) => answer(one.origin, one, index)),
    ...known.flatMap((one, index) => answer(one.bare, one, index)),
  ];
  const secrets = known.map(({ user, password }, index) => [
    secretVariable(index),
    `username=${user}\npassword=${password ?? ''}`,
  ]);
  return { ...settingsVariables([...rules, ...answers], env), ...Object.fromEntries(secrets) };
}

/** Where to take the password from, instead of from the helpers that are set up for others. */
function answer(scope: string, { user, password }: Hidden, index: number): GitSettings {
  if (password === null) return [[`credential.${scope}.username`, user]];
  return [
    [`credential.${scope}.helper`, ''],
    [`credential.${scope}.helper`, `!f() { printf '%s\\n' "$${secretVariable(index)}"; }; f`],
  ];
}

function secretVariable(index: number): string {
  return `SHIPYARN_GIT_CREDENTIALS_${index}`;
}
