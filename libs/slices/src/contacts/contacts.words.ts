import type { Words } from '#kernel/statement.js';
import type { CustomerContacted } from './contacts.events.js';

export const contactsWords: Words<CustomerContacted> = {
  CustomerContacted: ({ data: { direction, channel, purpose, outcome, reached } }) => {
    const who = direction === 'inbound' ? 'was in touch' : reached ? 'was contacted' : 'somebody tried to reach them';
    return { what: `${who} by ${channel} (${purpose}: ${outcome})` };
  },
};
