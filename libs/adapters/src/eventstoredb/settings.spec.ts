import { StoreRefused } from '#kernel/ports/event-store.js';
import { settingsOf } from './settings.js';

describe('a connection string for EventStoreDB', () => {
  it('names server and history; the driver gets what it knows', () => {
    expect(settingsOf('esdb://127.0.0.1:2113?tls=false&history=shop')).toEqual({
      connectionString: 'esdb://127.0.0.1:2113?tls=false&nodePreference=leader&throwOnAppendFailure=true',
      history: 'shop',
    });
    expect(settingsOf('esdb+discover://cluster.example:2113/').history).toBe('patron');
    expect(settingsOf('esdb://a:b%40c@h1:2113,h2:2113?nodePreference=follower').connectionString).toBe(
      'esdb://a:b%40c@h1:2113,h2:2113?nodePreference=follower&throwOnAppendFailure=true',
    );
  });

  it.each([
    ['http://h', 'must begin with esdb://'],
    ['esdb://', 'names [user:password@]host[:port]'],
    ['esdb://user:p@ss@h', 'names [user:password@]host[:port]'],
    ['esdb://h:x', 'names [user:password@]host[:port]'],
    ['esdb://h?colour=red', '"colour" is no option; there are history, tls'],
    ['esdb://h?throwOnAppendFailure=false', '"throwOnAppendFailure" is no option'],
    ['esdb://h?tls', 'its option "tls" has no value'],
    ['esdb://h?history=a/b', 'a history is named by'],
  ])('%s is refused, and why', (url, why) => {
    expect(() => settingsOf(url)).toThrow(StoreRefused);
    expect(() => settingsOf(url)).toThrow(why);
  });

  it('keeps its password out of messages', () => {
    expect(() => settingsOf('esdb://admin:secret@h?colour=red')).toThrow(/^(?!.*secret)esdb:\/\/\*\*\*@h/);
  });
});
