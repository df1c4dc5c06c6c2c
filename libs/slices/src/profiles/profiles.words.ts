import type { Words } from '#kernel/statement.js';
import type { CustomerRegistered } from './profiles.events.js';

export const profilesWords: Words<CustomerRegistered> = {
  CustomerRegistered: () => ({ what: 'was registered' }),
};
