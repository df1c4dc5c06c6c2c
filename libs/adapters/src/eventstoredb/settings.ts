import { StoreRefused } from '#kernel/ports/event-store.js';

/** Which history a connection string names, and the string that the driver takes. */
export interface Settings {
  /** For the driver: without what is ours. */
  readonly connectionString: string;
  /** All streams of this history begin with `<history>/`, so that a server can hold others. */
  readonly history: string;
}

const OURS = 'history';
const DEFAULT_HISTORY = 'patron';
const HISTORY = /^[A-Za-z0-9_.-]{1,64}$/;

/** What the driver knows; an option that it does not know it would leave out with no more than a line on the console. */
const KNOWN = [
  ...['tls', 'tlsCAFile', 'userCertFile', 'userKeyFile', 'connectionName', 'nodePreference', 'maxDiscoverAttempts'],
  ...['discoveryInterval', 'gossipTimeout', 'keepAliveInterval', 'keepAliveTimeout', 'defaultDeadline'],
];

/** A connection string without the password in it, for messages. */
export const withoutSecrets = (url: string): string => url.replace(/\/\/[^/]*@/, '//***@');

/**
 * Reads `esdb://[user:password@]host:port[,…]?tls=…&history=…`. `esdb+discover://` asks the cluster's gossip behind a name.
 *
 * @throws {StoreRefused} naming what does not hold; the password is not in the message
 */
export function settingsOf(url: string): Settings {
  const [, scheme = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/s.exec(url.trim()) ?? [];
  if (scheme !== 'esdb' && scheme !== 'esdb+discover') {
    throw refused(url, 'it must begin with esdb:// or esdb+discover://');
  }
  const at = rest.indexOf('?');
  const hosts = (at < 0 ? rest : rest.slice(0, at)).replace(/\/+$/, '');
  if (!/^(?:[^@/]+:[^@/]+@)?[^@/:,]+(?::\d{1,5})?(?:,[^@/:,]+(?::\d{1,5})?)*$/.test(hosts)) {
    throw refused(
      url,
      'behind the scheme it names [user:password@]host[:port], with % codes where a password has : / or @',
    );
  }
  let history = DEFAULT_HISTORY;
  const kept: string[] = [];
  for (const option of at < 0 ? [] : rest.slice(at + 1).split('&')) {
    const [name = '', value = ''] = option.split('=');
    if (value === '') throw refused(url, `its option "${name}" has no value`);
    if (name === OURS) history = decodeURIComponent(value);
    else if (KNOWN.includes(name)) kept.push(option);
    else throw refused(url, `"${name}" is no option; there are ${[OURS, ...KNOWN].join(', ')}`);
  }
  if (!HISTORY.test(history)) throw refused(url, 'a history is named by 1 to 64 letters, digits, and _ . -');
  // a follower may not have what the leader acknowledged
  if (!kept.some((option) => option.startsWith('nodePreference='))) kept.push('nodePreference=leader');
  const options = [...kept, 'throwOnAppendFailure=true'].join('&');
  return { connectionString: `${scheme}://${hosts}?${options}`, history };
}

const refused = (url: string, why: string): StoreRefused =>
  new StoreRefused(`${withoutSecrets(url)} is no connection string for EventStoreDB: ${why}.`);
