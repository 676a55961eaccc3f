import { type Failure, workFailure } from '../../errors.ts';
import { Passing } from './retry.ts';

/** What was asked of the registry when it failed, for the error's text. */
export interface Asked {
  host: string;
  repository: string;
  /** As a sentence goes on: `push the image tag 1.2.0`. */
  doing: string;
  /** Why configured credentials could not be had. */
  problem?: string | undefined;
  anonymous?: boolean;
}

/** One entry of the registry's error answer. Source: OCI distribution specification 1.1, "Error Codes". */
interface RegistryError {
  code: string;
  message: string;
}

/** What an answer that was not expected means: a {@link Failure}, or {@link Passing} where trying again may help. */
export function failureOf(
  asked: Asked,
  answer: { status: number; text: string; retryAfter: string | undefined },
): Failure | Passing {
  const errors = readErrors(answer.text);
  const said = describe(answer.status, errors);
  if (answer.status === 401) return unauthorized(asked, said);
  if (answer.status === 403) return forbidden(asked, said);
  if (answer.status === 429 || answer.status >= 500) {
    return new Passing(unavailable(asked, said), { retryAfter: seconds(answer.retryAfter) });
  }
  if (isImmutableTag(answer.status, errors)) {
    return workFailure({
      reason: 'image-tag-immutable',
      message: `${name(asked)} already has that image tag and lets no one move it: could not ${asked.doing} (${said}).`,
      hint: 'Release a new version; a tag in an immutable repository stays with its first image.',
    });
  }
  const refused = refusal(asked, answer.status, errors, said);
  // The bytes or a blob that they name did not arrive as they were sent: sending them again may help.
  const damaged = /DIGEST_INVALID|SIZE_INVALID|BLOB_UNKNOWN|BLOB_UPLOAD|MANIFEST_(UN|IN)|RANGE_INVALID/;
  return errors.some(({ code }) => damaged.test(code)) ? new Passing(refused, { attempts: 4 }) : refused;
}

function refusal(asked: Asked, status: number, errors: RegistryError[], said: string): Failure {
  if (errors.some(({ code }) => code === 'NAME_INVALID')) {
    return workFailure({
      reason: 'repository-name-invalid',
      message: `${asked.host} does not accept the repository name \`${asked.repository}\` (${said}).`,
      hint: 'Set `registry` and the image name to lower-case letters, digits, `.`, `_`, `-` and `/`.',
    });
  }
  if (status === 404) {
    return workFailure({
      reason: 'repository-missing',
      message: `${name(asked)} does not exist: could not ${asked.doing} (${said}).`,
      hint: 'Check `registry` and the image name; some registries (ECR) want the repository made first.',
    });
  }
  const manifest = errors.some(({ code }) => code.startsWith('MANIFEST_')) || status === 415;
  return workFailure({
    reason: manifest ? 'image-manifest-refused' : 'registry-refused',
    message: `${name(asked)} refused: could not ${asked.doing} (${said}).`,
    hint: "The registry's own log says why; where it takes no OCI images, it is too old.",
  });
}

function unauthorized(asked: Asked, said: string): Failure {
  const why = asked.problem ?? (asked.anonymous ? 'No credentials are configured for it.' : '');
  return workFailure({
    reason: 'registry-unauthorized',
    message:
      `${asked.host} does not let us in: could not ${asked.doing} in ${asked.repository} (${said}). ${why}`.trim(),
    hint: `Run \`docker login ${asked.host}\`, or mend its credentials in Docker's config.json.`,
  });
}

function forbidden(asked: Asked, said: string): Failure {
  return workFailure({
    reason: 'registry-forbidden',
    message: `The credentials for ${asked.host} may not ${asked.doing} in ${asked.repository} (${said}).`,
    hint: 'Give them the right to push to this repository.',
  });
}

function unavailable(asked: Asked, said: string): Failure {
  return workFailure({
    reason: 'registry-unavailable',
    message: `${asked.host} is not well: could not ${asked.doing} in ${asked.repository} (${said}), and trying again did not help.`,
    hint: 'Run again later; what has been pushed stays and is not pushed again.',
  });
}

/** Errors of the connection: most pass, those of names and certificates do not. */
export function connectionFailure(asked: Asked, error: NodeJS.ErrnoException): Failure | Passing {
  const code = error.code ?? error.message;
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    return workFailure({
      reason: 'registry-certificate',
      message: `The TLS certificate of ${asked.host} is not trusted (${code}).`,
      hint: 'Point NODE_EXTRA_CA_CERTS at the CA that signed it.',
      cause: error,
    });
  }
  if (/WRONG_VERSION_NUMBER|EPROTO/.test(code)) {
    return workFailure({
      reason: 'registry-plain-http',
      message: `${asked.host} does not speak TLS.`,
      hint: `If it is meant to be spoken to over plain HTTP, add \`${asked.host}\` to \`insecureRegistries\`.`,
      cause: error,
    });
  }
  const failure = workFailure({
    reason: 'registry-unreachable',
    message: `${asked.host} cannot be reached: could not ${asked.doing} in ${asked.repository} (${code}).`,
    hint: 'Check the name in `registry` and the network; run again, what has been pushed stays.',
    cause: error,
  });
  if (code === 'ENOTFOUND') return failure;
  // Nobody listens there: most often the name is wrong, seldom a registry that is just starting.
  if (code === 'ECONNREFUSED') return new Passing(failure, { attempts: 4 });
  // Each attempt has waited long.
  return new Passing(failure, code === 'ETIMEDOUT' ? { attempts: 3 } : {});
}

/** Bytes that are not the ones that their digest names. */
export function damaged(request: { url: URL; repository: string; doing: string }): Failure {
  return workFailure({
    reason: 'registry-damaged',
    message: `What ${request.url.host} holds or received is not what was asked for: could not ${request.doing} in ${request.repository}.`,
    hint: 'Something between here and the registry changes bytes; run again, or look at the proxy.',
  });
}

/** ECR, Harbor, GAR, Quay and ACR each have their own words for it. */
function isImmutableTag(status: number, errors: RegistryError[]): boolean {
  if (status !== 400 && status !== 405 && status !== 409 && status !== 412) return false;
  return errors.some(({ code, message }) =>
    /immutable|cannot be overwritten|already exists|ImageTagAlreadyExists/i.test(`${code} ${message}`),
  );
}

function readErrors(text: string): RegistryError[] {
  try {
    const { errors } = JSON.parse(text) as {
      errors?: { code?: string; message?: string; detail?: unknown }[];
    };
    return (errors ?? []).map(({ code, message }) => ({ code: code ?? '', message: message ?? '' }));
  } catch {
    return [];
  }
}

function describe(status: number, errors: RegistryError[]): string {
  const [first] = errors;
  return first === undefined ? `HTTP ${status}` : `HTTP ${status} ${first.code}: ${first.message}`;
}

function name(asked: Asked): string {
  return `${asked.host}/${asked.repository}`;
}

function seconds(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const asNumber = Number(retryAfter);
  if (Number.isFinite(asNumber)) return Math.max(0, asNumber);
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}
