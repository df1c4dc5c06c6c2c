import { randomUUID } from 'node:crypto';
import { onEventStoreDB } from '#testing/real-servers.js';
import { composedTargets } from './compose.contract.js';

onEventStoreDB('the targets of docker-compose.yml, over EventStoreDB', (server) => {
  composedTargets(() => `${server()}&history=t-${randomUUID()}`);
});
