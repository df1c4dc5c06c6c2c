import { jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { guardConnections } from './connections.js';

const bodyMs = 1_000;

/** A request that is answered before the end of its body. */
function answeredEarly(socket: { destroy(): void } | null): EventEmitter {
  const server = createServer();
  guardConnections(server, { headersMs: 500, bodyMs, pieceMs: 500 });
  const request = Object.assign(new EventEmitter(), { complete: false, socket });
  const response = new EventEmitter();
  server.emit('request', request, response);
  response.emit('finish');
  request.socket = null; // as whoever puts requests in without a connection leaves them
  return request;
}

describe('a request that is answered before the end of its body', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('has its connection ended when the body does not end in time', () => {
    const destroy = jest.fn();
    answeredEarly({ destroy });
    jest.advanceTimersByTime(bodyMs - 1);
    expect(destroy).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  it('keeps its connection when it ends in time', () => {
    const destroy = jest.fn();
    answeredEarly({ destroy }).emit('close');
    jest.advanceTimersByTime(2 * bodyMs);
    expect(destroy).not.toHaveBeenCalled();
  });

  it('harms nobody where it came over no connection', () => {
    answeredEarly(null);
    expect(() => jest.advanceTimersByTime(2 * bodyMs)).not.toThrow();
  });
});
