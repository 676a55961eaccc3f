import { describe, expect, it } from 'vitest';
import { dockerfileLine } from '../../src/image/buildkit/dockerfileStep.ts';

const dockerfile = `# a comment
ARG VERSION=20
FROM node:20-slim AS build
WORKDIR /app
# between
RUN yarn \\
    # inside
    install
RUN <<EOF
RUN not an instruction
EOF
COPY . .
ENV A=b
RUN yarn build

FROM build as test
RUN yarn test

FROM docker.io/library/node:20-slim
COPY --from=build /app /app
`;

describe('dockerfileLine', () => {
  it.each([
    ['[build 1/6] FROM docker.io/library/node:20-slim', 3],
    ['[build 2/6] WORKDIR /app', 4],
    ['[build 3/6] RUN yarn     install', 6],
    ['[build 4/6] RUN <<EOF (RUN not an instruction)', 9],
    ['[build 5/6] COPY . .', 12],
    ['[build 6/6] RUN yarn build', 14],
    ['[linux/arm64 build 6/6] RUN yarn build', 14],
    ['[test 1/1] RUN yarn test', 17],
    ['[stage-2 2/2] COPY --from=build /app /app', 20],
    ['[linux/amd64 stage-2 2/2] COPY --from=build /app /app', 20],
    ['[internal] load metadata for docker.io/library/node:20-slim', 3],
    ['[internal] load metadata for docker.io/library/other:20', null],
    ['exporting to image', null],
    ['[other 3/6] RUN yarn install', null],
  ])('finds %s', (step, line) => {
    expect(dockerfileLine(dockerfile, step)).toBe(line);
  });

  it('knows a single stage, which BuildKit does not name', () => {
    expect(dockerfileLine('FROM scratch\nCOPY a /\nCOPY b /\n', '[2/2] COPY b /')).toBe(3);
  });
});
