// conventional-changelog compiles its templates at each start, which takes longer than to render a changelog. Those of the
// built-in preset are compiled here, once for each kind of forge; others still are when they are used.
import { createRequire } from 'node:module';
import path from 'node:path';
import createPreset from 'conventional-changelog-conventionalcommits';
import { build } from 'rolldown';

const require = createRequire(import.meta.url);

/** As conventional-changelog-writer gives them to Handlebars. */
const options = { noEscape: true };

/** Stands for Handlebars in conventional-changelog-writer. */
export const compiledTemplates = {
  name: 'compiled-templates',
  resolveId: {
    filter: { id: /^handlebars$/ },
    async handler(id, importer) {
      const found = await this.resolve(id, importer, { skipSelf: true });
      return `\0compiled:${found.id}`;
    },
  },
  load: {
    filter: { id: /^\0compiled:/ },
    async handler(id) {
      const compiler = id.slice('\0compiled:'.length);
      const runtime = path.join(compiler.replace(/(\/node_modules\/handlebars)\/.*/, '$1'), 'runtime.js');
      const handlebars = require(compiler);
      const texts = await builtInTexts();
      const compiled = texts.map(
        (text) => `[${JSON.stringify(text)}, ${handlebars.precompile(text, options)}]`,
      );
      return `
        import runtime from ${JSON.stringify(runtime)};
        const compiler = () => require(${JSON.stringify(compiler)});
        const compiled = new Map([${compiled.join(',\n')}]);
        const partials = new Map();
        export default {
          registerPartial: (name, text) => partials.set(name, text),
          compile(main, options) {
            if (![main, ...partials.values()].every((text) => compiled.has(text))) {
              compiler().registerPartial(Object.fromEntries(partials));
              return compiler().compile(main, options);
            }
            const template = (text) => runtime.template(compiled.get(text));
            for (const [name, text] of partials) runtime.registerPartial(name, template(text));
            return template(main);
          },
        };`;
    },
  },
};

/** The texts of the built-in preset without links, and with those of each kind of forge. */
async function builtInTexts() {
  const { output } = await build({ input: 'src/plan/changelog/forgeLinks.ts', write: false });
  const [{ code }] = output;
  const { forgeKinds, forgeLinks } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const links = forgeKinds.map((kind) => forgeLinks('https://forge.example/team/repo', kind));
  const texts = [{}, ...links].flatMap((formats) => {
    const { writer } = createPreset(formats);
    return [writer.mainTemplate, writer.headerPartial, writer.commitPartial, writer.footerPartial];
  });
  return [...new Set(texts)];
}
