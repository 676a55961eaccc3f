import { setTimeout as sleep } from 'node:timers/promises';
import { inputFailure, workFailure } from '../../errors.ts';

interface ForgeAnswer {
  status: number;
  /** Parsed JSON, or the text where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the forge's; each caller reads the fields it needs.
  body: any;
}

export interface ForgeHttp {
  /** `path` is below the API's base, or an absolute URL. Rejects unless the status is 2xx or accepted. */
  send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    path: string,
    options?: { body?: unknown; accept?: readonly number[] },
  ): Promise<ForgeAnswer>;
}

const triesAtMost = 4;
/** Each has waited long. */
const silentTriesAtMost = 2;

/**
 * Speaks JSON with a forge's API. Answers of an overloaded server are asked for again. Failures:
 * `forge-no-access`, `forge-refused`, `forge-unreachable`; the token is in none of them.
 */
export function forgeHttp(
  api: string,
  headers: Record<string, string>,
  { tokenHint, silence }: { tokenHint: string /** Milliseconds for an answer. */; silence: number },
): ForgeHttp {
  return {
    async send(method, path, { body, accept = [] } = {}) {
      const url = path.startsWith('http') ? path : `${api}${path}`;
      const answer = await askPatiently(() => ask(method, url, { headers, body, silence }));
      if ('cause' in answer) throw unreachable(api, answer.cause);
      if (answer.status < 300 || accept.includes(answer.status)) return answer;
      throw refusal(method, new URL(url).pathname, answer, tokenHint);
    },
  };
}

/** Asks again while the forge is overloaded or out of reach; gives the last answer, or why there was none. */
async function askPatiently(once: () => Promise<ForgeAnswer>): Promise<ForgeAnswer | { cause: Error }> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await once().catch((cause: Error) => ({ cause }));
    const hung = 'cause' in answer && answer.cause.name === 'TimeoutError';
    const passes = 'cause' in answer || answer.status === 429 || answer.status >= 502;
    if (!passes || attempt >= (hung ? silentTriesAtMost : triesAtMost)) return answer;
    await sleep(250 * 2 ** attempt * Math.random());
  }
}

async function ask(
  method: string,
  url: string,
  { headers, body, silence }: { headers: Record<string, string>; body: unknown; silence: number },
): Promise<ForgeAnswer> {
  const sent = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      'user-agent': 'shipyarn',
      ...(sent === null ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: sent,
    signal: AbortSignal.timeout(silence),
    // A redirect would take the token along.
    redirect: 'error',
  });
  return { status: response.status, body: parse(await response.text()) };
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

function unreachable(api: string, cause: unknown): Error {
  const inner = (cause as Error).cause ?? cause;
  return workFailure({
    reason: 'forge-unreachable',
    message: `The forge's API at ${api} does not answer: ${(inner as Error).message}.`,
    hint: 'Check `forge.api` in shipyarn.yaml and the network, then run again.',
    cause,
  });
}

function refusal(method: string, path: string, { status, body }: ForgeAnswer, tokenHint: string): Error {
  const said = typeof body === 'string' ? body.slice(0, 500) : JSON.stringify(body?.message ?? body);
  const barred = status === 401 || status === 403 || status === 404;
  return workFailure({
    reason: barred ? 'forge-no-access' : 'forge-refused',
    message: `The forge answered ${method} ${path} with ${status}.`,
    hint: barred ? tokenHint : 'Mend what it says, then run again: it continues.',
    output: said,
  });
}

/** The first variable that holds a token. Rejects with `forge-token-missing`. */
export function forgeToken(env: NodeJS.ProcessEnv, variables: readonly string[]): string {
  const token = variables.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  if (token !== undefined) return token;
  throw inputFailure({
    reason: 'forge-token-missing',
    message: "There is no token for the forge's API.",
    hint: `Put one into the environment variable ${variables.join(' or ')}, or name another with \`forge.tokenEnv\`.`,
  });
}
