import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, it, onTestFinished } from 'vitest';
import { type TestRepo, testFolder, testRepo } from '../helpers/testRepo.ts';
import { makeCertificates } from '../support/certificates.ts';
import { docker, runContainer } from '../support/engine.ts';
import { describeWith } from '../support/parts.ts';
import { shipyarn } from '../support/run.ts';
import { fakeRegistry } from '../workspace/property/fakeRegistry.ts';
import { publishedPackages } from '../workspace/property/publishedPackages.ts';
import { asText, yarnScript } from '../workspace/yarnRepo.ts';

const token = 'canary-of-the-registry-token';

/** Where containers of the engine's default network find this machine: the first address of its subnet. */
async function addressForContainers(): Promise<string> {
  const { IPAM } = await docker.getNetwork('bridge').inspect();
  const { Gateway, Subnet = '' } = (IPAM as { Config: Record<string, string>[] }).Config[0] ?? {};
  return Gateway ?? Subnet.replace(/\.\d+\/\d+$/, '.1');
}

/** How a repo on Yarn 1 or 4 names the registry and its token, and where it keeps Yarn's release. */
function yarnFiles(yarn: 1 | 4, url: string): Record<string, string | Buffer> {
  if (yarn === 1) {
    const token = `${url.replace('https:', '')}/:_authToken=\${NPM_TOKEN}`;
    return {
      '.yarnrc': `registry "${url}"\nyarn-path ".yarn/releases/yarn.cjs"\n`,
      '.npmrc': `registry=${url}/\n${token}\nalways-auth=true\n`,
      '.yarn/releases/yarn.cjs': readFileSync(join(dirname(yarnScript(1)), '../lib/cli.js')),
    };
  }
  const settings = [
    'nodeLinker: node-modules',
    'yarnPath: .yarn/releases/yarn.cjs',
    `npmRegistryServer: "${url}"`,
    'npmAlwaysAuth: true',
    `npmAuthToken: "\${NPM_TOKEN}"`,
    'npmMinimalAgeGate: 0',
  ];
  return {
    '.yarnrc.yml': `${settings.join('\n')}\n`,
    '.yarn/releases/yarn.cjs': readFileSync(yarnScript(4)),
  };
}

/** A service whose packages a company's registry gives to those with the token, and a Yarn of its own. */
function companyRepo(yarn: 1 | 4, url: string, ca: string): TestRepo {
  const repo = testRepo();
  repo.write({
    ...asText({
      'package.json': { name: 'acme', private: true, workspaces: ['services/*'] },
      'services/api/package.json': {
        name: '@acme/api',
        version: '1.0.0',
        main: 'index.js',
        scripts: { build: 'node -e 0' },
        dependencies: { dog: '1.0.0' },
      },
    }),
    ...yarnFiles(yarn, url),
    'services/api/index.js': "console.log(require('dog'));\n",
    '.gitignore': 'node_modules\n.yarn/cache\n.yarn/install-state.gz\n',
    'shipyarn.yaml': `base: host\nservices: ["services/*"]\nsecrets:\n  NPM_TOKEN: { env: NPM_TOKEN }\n  ca: { file: ${ca} }\noverrides:\n  api: { image: shipyarn-test-secrets }\n`,
  });
  return repo;
}

await describeWith(
  ['engine', 'openssl'],
  "a company's registry, with a token and an authority of its own",
  () => {
    it.each([1, 4] as const)(
      'serves the installs of the template under Yarn %i, and leaves no trace in the image',
      {
        timeout: 180_000,
      },
      async (yarn) => {
        const address = await addressForContainers();
        const folder = await makeCertificates(address);
        const [ca, key, cert] = ['ca.pem', 'key.pem', 'cert.pem'].map((name) => join(folder, name)) as [
          string,
          string,
          string,
        ];
        const tls = { key: readFileSync(key), cert: readFileSync(cert) };
        const registry = await fakeRegistry(publishedPackages, { address, tls, token });
        onTestFinished(() => void registry.close());
        const repo = companyRepo(yarn, registry.url, ca);
        const env = {
          PATH: process.env.PATH,
          HOME: testFolder(),
          NODE_EXTRA_CA_CERTS: ca,
          // A machine may set it for all who run Yarn 1 there; Yarn 4 refuses to run then.
          ...(yarn === 1 && { YARN_CAFILE: ca }),
          NPM_TOKEN: token,
          YARN_ENABLE_TELEMETRY: '0',
          YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
        };
        await promisify(execFile)(process.execPath, [yarnScript(yarn), 'install'], { cwd: repo.root, env });
        repo.commit('feat: begin');

        const missing = await shipyarn(['build', 'api'], { cwd: repo.root });
        expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('NPM_TOKEN') });
        const { exitCode, stdout, stderr } = await shipyarn(['build', 'api'], {
          cwd: repo.root,
          env: { NPM_TOKEN: token },
        });
        expect(exitCode, stderr).toBe(0);
        expect(stdout + stderr).not.toContain(token);
        const image = 'shipyarn-test-secrets:local';
        onTestFinished(() => docker.getImage(image).remove({ force: true }));
        expect((await runContainer(image)).output).toBe('1.0.0\n');
        expect(registry.refused()).toBe(0);
        expect(JSON.stringify(await docker.getImage(image).history())).not.toContain(token);
        expect(JSON.stringify(await docker.getImage(image).inspect())).not.toContain(token);
        const layers = await docker.getImage(image).get();
        const authority = readFileSync(ca, 'utf8').split('\n')[5] as string;
        expect(await found(layers, ["'1.0.0'", token, authority])).toEqual(["'1.0.0'"]);
      },
    );
  },
);

/** Which of these texts an image's archive holds; the engine writes layers plain or compressed. */
async function found(archive: NodeJS.ReadableStream, texts: readonly string[]): Promise<string[]> {
  const seen = new Set<string>();
  for await (const entry of archive.pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const plain = isCompressed ? gunzipSync(bytes) : bytes;
    for (const text of texts) if (plain.includes(text)) seen.add(text);
  }
  return texts.filter((text) => seen.has(text));
}
