import { Exit } from '#runtime/exit.js';
import { loadConfig, TARGETS } from '#runtime/config.js';
import { building, defineCommand, where } from '../frame/define-command.js';

export const serve = defineCommand({
  usage: 'patron serve',
  about: 'Serve commands and read models over HTTP; the first start makes a token and prints it with the address.',
  example: 'patron serve --data ./patron-data --port 4600',
  args: [],
  flags: {
    target: { value: TARGETS.join('|'), about: 'What this process does of the whole (default all).' },
    data: where.data,
    keys: where.keys,
    clock: { value: 'instant|day', about: 'Let business time stand still there.' },
    host: { value: 'host', about: 'Where to listen (default 127.0.0.1).' },
    port: { value: 'port', about: 'Where to listen (default 4600; 0 takes a free one).' },
    eventStore: { value: 'embedded|memory|url', about: 'Where facts are kept (default embedded).' },
    readModels: { value: 'embedded|memory|url', about: 'Where read models are kept (default embedded).' },
    logLevel: { value: 'level', about: 'error, warn, log or debug.' },
    ...building,
    batch: { value: 'n', about: 'Most facts folded between two writes.' },
  },
  async run({ flags }, world) {
    const config = loadConfig({ flags, env: world.env });
    const { serveUntil } = await import('../../../server/src/serve.js');
    await serveUntil(world.signal, config, { out: world.out, err: world.err });
    return Exit.ok;
  },
});
