import { describe, expect, it } from 'vitest';
import { findTagSites } from '../../src/deploy/findTagSites.ts';
import { api, bump, digest, web } from './bump.ts';

const old = `sha256:${'0'.repeat(64)}`;
const image = api.repository;

/** Each file once with `«1.0.0»` where the tag of the api stands; whatever else is in it must not change. */
const shapes: Record<string, string> = {
  'Helm values': `image:\n  repository: ${image}\n  tag: «1.0.0»\n  pullPolicy: Always\n`,
  'Helm values in any nesting': `a:\n  b:\n    - image: { repository: "${image}", tag: "«1.0.0»" }\n`,
  'an umbrella chart with several images': `web:\n  image:\n    repository: ${web.repository}\n    tag: 1.0.0\napi:\n  image:\n    repository: ${image}\n    tag: «1.0.0»\nredis:\n  image: redis:1.0.0\n`,
  'a registry apart': `image:\n  registry: registry.example.com\n  repository: team/api\n  tag: «1.0.0»\n`,
  'a global registry': `global:\n  imageRegistry: registry.example.com\napi:\n  image:\n    repository: team/api\n    tag: «1.0.0»\n`,
  'another registry with the same path': `a:\n  image: { registry: other.example.com, repository: team/api, tag: 1.0.0 }\nb:\n  image: { registry: registry.example.com, repository: team/api, tag: «1.0.0» }\n`,
  'image and tag': `image: ${image}\nimageTag: '«1.0.0»'\n`,
  'image as a string': `image: ${image}:«1.0.0» # ours\nother: ${image}:1.0.0\n`,
  'prefixed keys': `apiImageRepository: ${image}\napiImageTag: «1.0.0»\nwebImageTag: 1.0.0\n`,
  'a digest behind the tag': `image:\n  repository: ${image}\n  tag: «1.0.0@${old}»\n`,
  'a reference with a digest': `image: ${image}:«1.0.0@${old}»\n`,
  'a digest beside the tag': `image:\n  repository: ${image}\n  tag: «1.0.0»\n  digest: «${old}»\n`,
  Kustomize: `kind: Kustomization\nimages:\n  - name: ${image}\n    newTag: «1.0.0»\n  - name: redis\n    newTag: "7"\n`,
  'Kustomize with a new name': `images:\n- newTag: '«1.0.0»'\n  name: placeholder\n  newName: ${image}\n`,
  'Kustomize by digest': `images:\n- name: ${image}\n  digest: «${old}»\n`,
  'a Deployment with an init container': `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      initContainers:\n      - name: migrate\n        image: "${image}:«1.0.0»"\n      containers:\n      - image: ${image}:«1.0.0»\n        env:\n        - { name: IMAGE, value: "${image}:1.0.0" }\n      - image: envoyproxy/envoy:v1.0.0\n`,
  'a CronJob': `kind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers: [{name: api, image: "${image}:«1.0.0»"}]\n`,
  'an Argo Rollout': `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: ${image}:«1.0.0»\n`,
  'an Application with parameters': `kind: Application\nspec:\n  source:\n    helm:\n      parameters:\n      - name: image.repository\n        value: ${image}\n      - name: image.tag\n        value: '«1.0.0»'\n      - {name: web.image.tag, value: 1.0.0}\n`,
  'an Application with valuesObject': `kind: Application\nspec:\n  sources:\n  - helm:\n      valuesObject:\n        api:\n          image: { repository: ${image}, tag: «1.0.0» }\n`,
  'an Application with values in a block': `kind: Application\nspec:\n  source:\n    helm:\n      values: |\n        # inner\n        image:\n          repository: ${image}\n          tag: «1.0.0» # t\n\n        other: "é"\n    path: x\n`,
  'values in a block with CRLF': `spec:\r\n  helm:\r\n    values: |-\r\n      image:\r\n        repository: ${image}\r\n        tag: "«1.0.0»"\r\n`,
  'values inside values': `kind: Application\nspec:\n  source:\n    helm:\n      values: |\n        app:\n          values: |\n            image: ${image}:«1.0.0»\n`,
  'an Application with Kustomize images': `kind: Application\nspec:\n  source:\n    kustomize:\n      images:\n      - placeholder=${image}:«1.0.0»\n      - redis:7\n`,
  'an ApplicationSet': `kind: ApplicationSet\nspec:\n  generators:\n  - list:\n      elements:\n      - cluster: a\n  template:\n    metadata:\n      name: 'api-{{cluster}}'\n    spec:\n      source:\n        helm:\n          parameters:\n          - name: api.image.repository\n            value: ${image}\n          - name: api.image.tag\n            value: «1.0.0»\n`,
  'a HelmRelease': `kind: HelmRelease\nspec:\n  values:\n    controllers:\n      api:\n        containers:\n          app:\n            image:\n              repository: ${image}\n              tag: «1.0.0@${old}»\n`,
  'several documents': `image: ${image}:«1.0.0»\n---\n# second\nimage: ${web.repository}:1.0.0\n---\nimage: ${image}:«1.0.0»\n...\n`,
  JSON: `{\n\t"image": {\n\t\t"repository": "${image}",\n\t\t"tag": "«1.0.0»"\n\t}\n}`,
  'CRLF, a BOM and no last line break': `\uFEFFimage:\r\n  repository: ${image}\r\n  tag: «1.0.0»`,
  'anchors and merges': `x: &image\n  repository: ${image}\n  tag: &v «1.0.0»\na:\n  image: *image\nb:\n  image:\n    <<: *image\n    pullPolicy: Always\n`,
  'a reference that is merged in': `x: &x\n  image: ${image}:«1.0.0»\na: { <<: *x, name: a }\nb: { <<: [*x], image: redis:7 }\n`,
  'an alias that only this service uses': `versions:\n  api: &api «1.0.0»\nimage:\n  repository: ${image}\n  tag: *api\n`,
  'a tagged and anchored scalar': `image:\n  repository: ${image}\n  tag: !!str &a «1.0.0»\n`,
  'a block scalar': `image:\n  repository: ${image}\n  tag: >-\n    «1.0.0»\nnext: 1\n`,
  'a marker behind the value': `version: «1.0.0» # shipyarn: api\nother: 1.0.0\n`,
  'a marker above the value': `# shipyarn: @acme/api\nversion: "«1.0.0»"\n`,
  'a marker in a template': `image: {{ .Values.registry }}/api\nversion: «1.0.0» # shipyarn: api\n{{- if .x }}\na: b\n{{- end }}\n`,
  'a marker for another service': `image:\n  repository: ${image}\n  tag: 1.0.0 # shipyarn: web\nb:\n  image: ${image}:«1.0.0»\n`,
  'odd numbers elsewhere': `a: 0123456\nb: 1e3\nc: 12345678901234567890\nimage: ${image}:«1.0.0»\nd: !custom [1, 2]\ne: "\\u00e9"\n`,
};

const marks = /«([^»]*)»/g;

function unmarked(shape: string): string {
  return shape.replace(marks, '$1');
}

function bumped(shape: string, version: string): string {
  return shape.replace(marks, (_, value: string) => {
    if (value.startsWith('sha256:')) return digest;
    return value.includes('@') ? `${version}@${digest}` : version;
  });
}

describe('the tag of an image', () => {
  it.each(Object.entries(shapes))('is found and changed in %s', (_, shape) => {
    expect(bump(unmarked(shape), '1.10.0')).toBe(bumped(shape, '1.10.0'));
  });

  it.each(Object.entries(shapes))('says where it stands in %s', (_, shape) => {
    const text = unmarked(shape);
    const { sites } = findTagSites(text, [api]);
    const lines = shape.split('\n').flatMap((line, index) => (line.includes('«') ? [index + 1] : []));
    expect([...new Set(sites.map(({ site }) => site.scalar.place.line))].sort((a, b) => a - b)).toEqual(
      lines,
    );
  });
});

describe('an image of the same name elsewhere', () => {
  it.each([
    `image: other.example.com/team/api:1.0.0\n`,
    `image: ${image}-worker:1.0.0\n`,
    `image:\n  repository: ${image}/sub\n  tag: 1.0.0\n`,
    `image:\n  repository: team/api\n  tag: 1.0.0\n`,
    `env:\n- name: X\n  value: ${image}:1.0.0\n`,
    `# image: ${image}:1.0.0\na: 1\n`,
  ])('is left alone: %j', (text) => {
    expect(findTagSites(text, [api]).sites).toEqual([]);
  });
});

describe("Docker Hub's names", () => {
  it.each(['team/api', 'docker.io/team/api', 'index.docker.io/team/api'])('%s is one image', (repository) => {
    const wanted = { service: 'api', repository: 'docker.io/team/api' };
    expect(findTagSites(`image: ${repository}:1.0.0\n`, [wanted]).sites).toHaveLength(1);
  });
});
