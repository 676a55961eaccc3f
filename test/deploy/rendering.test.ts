import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { deployToEnvironment } from '../../src/deploy/deployToEnvironment.ts';
import { testFolder } from '../helpers/testRepo.ts';
import { describeWith } from '../support/parts.ts';
import { infraFixture, registry, version } from './infraFixture.ts';

const image = `${registry}/api`;

/** Bumps the api in these files and gives what a tool renders before and after. */
async function renderedAround(
  files: Record<string, string>,
  paths: string[],
  render: (folder: string) => string,
) {
  const infra = infraFixture(files);
  const rendered = () => {
    const folder = testFolder();
    for (const path of Object.keys(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), infra.show(path));
    }
    return render(folder);
  };
  const before = rendered();
  const order = {
    siblings: [],
    mode: 'release' as const,
    settings: undefined,
    environment: infra.environment({ paths }),
  };
  const result = await deployToEnvironment(
    { ...order, versions: [version('api', '1.10.0')] },
    await infra.tools(),
  );
  return { before, after: rendered(), edits: result.edits };
}

function expectOnlyTheImage({ before, after }: { before: string; after: string }): void {
  expect(before).toContain(`${image}:1.9.0`);
  expect(after).toBe(before.replaceAll(`${image}:1.9.0`, `${image}:1.10.0`));
}

const deployment = (reference: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  selector: { matchLabels: { app: api } }\n  template:\n    metadata: { labels: { app: api } }\n    spec:\n      containers:\n      - name: api\n        image: ${reference}\n      - name: proxy\n        image: envoyproxy/envoy:v1.9.0\n`;

await describeWith(['kustomize'], 'what Kustomize renders', () => {
  const build = (folder: string) =>
    execFileSync('kustomize', ['build', join(folder, 'overlays/production')]).toString();
  const base = {
    'base/deployment.yaml': deployment(`${image}:0.0.0`),
    'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
  };

  it('differs in the image alone: an overlay over a base whose tag is a placeholder', async () => {
    const files = {
      ...base,
      'overlays/production/kustomization.yaml': `resources:\n- ../../base\nimages:\n- name: ${image}\n  newTag: 1.9.0 # the api\n- name: envoyproxy/envoy\n  newTag: v1.9.0\n`,
    };
    const around = await renderedAround(files, ['base', 'overlays/production'], build);
    expectOnlyTheImage(around);
    expect(around.edits.map(({ file }) => file)).toEqual(['overlays/production/kustomization.yaml']);
  });

  it('differs in the image alone: a base without an overlay’s images', async () => {
    const files = {
      'base/deployment.yaml': deployment(`${image}:1.9.0`),
      'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
      'overlays/production/kustomization.yaml': 'resources:\n- ../../base\nnamePrefix: prod-\n',
    };
    expectOnlyTheImage(await renderedAround(files, ['base', 'overlays'], build));
  });
});

await describeWith(['helm'], 'what Helm renders', () => {
  const chart = {
    'chart/Chart.yaml': 'apiVersion: v2\nname: umbrella\nversion: 0.1.0\n',
    'chart/templates/deployment.yaml': deployment(
      '"{{ .Values.api.image.repository }}:{{ .Values.api.image.tag }}"',
    ).replace('envoyproxy/envoy:v1.9.0', '{{ .Values.proxy.image }}'),
    'chart/values.yaml':
      'api:\n  image:\n    repository: placeholder\n    tag: ""\nproxy:\n  image: envoyproxy/envoy:v1.9.0\n',
  };

  it('differs in the image alone', async () => {
    const files = {
      ...chart,
      'env/production.yaml': `# production\napi:\n  replicas: 0123\n  image:\n    repository: ${image}\n    tag: 1.9.0\n`,
    };
    const template = (folder: string) =>
      execFileSync('helm', [
        'template',
        'x',
        join(folder, 'chart'),
        '--values',
        join(folder, 'env/production.yaml'),
      ]).toString();
    expectOnlyTheImage(await renderedAround(files, ['**/*.yaml'], template));
  });
});
