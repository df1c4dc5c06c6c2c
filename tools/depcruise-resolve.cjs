// Tells dependency-cruiser that "#kernel/x.js" is libs/kernel/src/x.ts. Without it the "imports" of package.json win, and
// they lead to dist/, which holds no sources and may not exist. Only the resolve part of a webpack configuration is read.
const { join } = require('node:path');

const layers = ['kernel', 'slices', 'engine', 'adapters', 'runtime', 'testing'];

module.exports = {
  resolve: {
    alias: Object.fromEntries(layers.map((layer) => [`#${layer}`, join(process.cwd(), 'libs', layer, 'src')])),
    extensionAlias: { '.js': ['.ts', '.js'] },
  },
};
