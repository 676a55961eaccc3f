import { setTimeout as wait } from 'node:timers/promises';
import type { Engine, EngineCredentials } from '../../ports/engine.ts';
import { type PushRefusal, pushRefusal } from '../buildkit/pushRefusal.ts';

const attempts = 3;

/**
 * Pushes by name and gives the digest that the registry knows it by. The engine uploads the layers first and the
 * manifest last, so the tag appears with the whole image. What may pass is tried again; a refusal is not.
 */
export async function pushImage(
  engine: Engine,
  reference: string,
  options: { service: string; credentials: EngineCredentials | null; signal: AbortSignal },
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await pushOnce(engine, reference, options);
    if (typeof result === 'string') return result;
    if (!result.passing || attempt === attempts) throw result.failure;
    await wait(attempt * 500 * (0.5 + Math.random()), undefined, { signal: options.signal });
  }
}

async function pushOnce(
  engine: Engine,
  reference: string,
  options: { service: string; credentials: EngineCredentials | null; signal: AbortSignal },
): Promise<string | PushRefusal> {
  let digest: string | null = null;
  for await (const message of engine.push(reference, options)) {
    if (message.kind === 'error') return pushRefusal(options.service, reference, message.message);
    if (message.kind === 'pushed') digest = message.digest;
  }
  return digest ?? pushRefusal(options.service, reference, 'the engine closed the connection');
}
