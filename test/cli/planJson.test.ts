import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { testRepos } from '../support/demoRepos.ts';
import { shipyarn } from '../support/run.ts';

const nullableText = v.nullable(v.string());
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));

/** Schema 1 of the JSON contract: fields may be added, never renamed. */
const contract = v.object({
  schema: v.literal(1),
  head: v.object({ commit: hash, branch: nullableText, dirty: v.boolean() }),
  services: v.array(
    v.object({
      name: v.string(),
      path: v.string(),
      affected: v.boolean(),
      identity: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
      since: v.nullable(v.object({ gitTag: nullableText, commit: hash })),
      reasons: v.array(
        v.object({
          kind: v.picklist([
            ...[
              'first-release',
              'source',
              'workspace',
              'lockfile',
              'root',
              'dockerfile',
              'config',
              'base',
              'group',
            ],
          ] as const),
        }),
      ),
      commits: v.array(
        v.object({
          hash,
          type: nullableText,
          scope: nullableText,
          subject: v.string(),
          breaking: v.boolean(),
        }),
      ),
      bump: v.picklist(['major', 'minor', 'patch', 'none']),
      currentVersion: nullableText,
      nextVersion: nullableText,
      gitTag: nullableText,
      image: v.nullable(
        v.object({
          repository: v.string(),
          tag: v.string(),
          identityTag: v.string(),
          mirrors: v.array(v.string()),
        }),
      ),
      changelog: v.string(),
      warnings: v.array(v.string()),
    }),
  ),
  deployments: v.nullable(
    v.array(
      v.object({
        environment: v.string(),
        repo: v.string(),
        branch: v.string(),
        edits: v.array(
          v.object({
            service: v.string(),
            file: v.string(),
            line: v.number(),
            from: v.string(),
            to: v.string(),
          }),
        ),
      }),
    ),
  ),
});

it('affected, plan and release --dry-run print the contract, alone, and change nothing', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  const refs = () =>
    Promise.all(
      [repos.monorepoRemote, repos.infraRemote].map((remote) => repos.git(['for-each-ref'], remote)),
    );
  const before = await refs();
  const plans = [];
  for (const args of [['affected'], ['plan'], ['release', '--dry-run']]) {
    const result = await shipyarn([...args, '--json', '--cwd', repos.monorepo], { cwd: repos.folder });
    expect(result.exitCode).toBe(0);
    plans.push(v.parse(contract, JSON.parse(result.stdout)));
  }
  const [affected, plan, dryRun] = plans;
  expect(affected?.deployments).toBeNull();
  expect(affected?.services).toEqual(plan?.services);
  expect(dryRun).toEqual(plan);
  expect(
    plan?.deployments?.[0]?.edits.map(({ file, line, from, to }) => `${file}:${line} ${from} ${to}`),
  ).toEqual([
    'apps/api/values.yaml:6 0.0.0 0.1.0',
    'apps/web/kustomization.yaml:8 0.0.0 0.1.0',
    'apps/worker/deployment.yaml:18 0.0.0 0.1.0',
  ]);
  expect(await refs()).toEqual(before);
});

it('takes a configuration from anywhere with --config', async () => {
  const repos = await testRepos({ registry: 'oci:', builder: 'oci' });
  await repos.merge('chore: one service', { 'shipyarn.yaml': ['services/*', 'services/none'] });
  const failed = await shipyarn(['affected'], { cwd: repos.monorepo });
  expect(failed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('shipyarn.yaml:2') });
  await writeFile(path.join(repos.folder, 'other.yaml'), await repos.git(['show', 'HEAD~1:shipyarn.yaml']));
  const result = await shipyarn(['affected', '--config', '../other.yaml', '--json'], { cwd: repos.monorepo });
  expect(JSON.parse(result.stdout).services).toHaveLength(3);
});
