import type { BuildSecret } from '../../ports/builder.ts';

/** Variables of this machine that installs and build scripts get; all others stay outside, as they would in a container. */
const PASSED = [
  'PATH',
  'HOME',
  'USER',
  'SHELL',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LC_ALL',
  'TZ',
  'CI',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** A build secret under this form of id is handed over as the environment variable of that name. */
const VARIABLE = /^[A-Za-z_]\w*$/;

/**
 * The environment of Yarn and of build scripts. Secrets whose id is a variable's name are in it; Dockerfile arguments
 * too. Secrets are on no command line.
 */
export function scriptEnvironment(
  env: NodeJS.ProcessEnv,
  buildArguments: Readonly<Record<string, string>>,
  secrets: readonly BuildSecret[],
): NodeJS.ProcessEnv {
  const passed = PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const usable = secrets.filter(({ id }) => VARIABLE.test(id));
  return {
    ...Object.fromEntries(passed),
    ...buildArguments,
    ...Object.fromEntries(usable.map(({ id, value }) => [id, value.toString('utf8')])),
  };
}
