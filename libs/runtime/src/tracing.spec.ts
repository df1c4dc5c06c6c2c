import { SpanStatusCode, trace, type Span, type Tracer, type TracerProvider } from '@opentelemetry/api';
import { traced } from './tracing.js';

interface Seen {
  readonly name: string;
  readonly attributes: unknown;
  status?: unknown;
  ended: boolean;
}

/** Collects spans as an SDK would. */
function collector(): { provider: TracerProvider; spans: Seen[] } {
  const spans: Seen[] = [];
  const startActiveSpan = (name: string, { attributes }: { attributes: unknown }, run: (span: Span) => unknown) => {
    const seen: Seen = { name, attributes, ended: false };
    spans.push(seen);
    const span = { setStatus: (status: unknown) => (seen.status = status), end: () => (seen.ended = true) };
    return run(span as unknown as Span);
  };
  return { spans, provider: { getTracer: () => ({ startActiveSpan }) as unknown as Tracer } };
}

describe('work that is traced', () => {
  afterEach(() => trace.disable());

  it('is done where nobody collects spans', async () => {
    await expect(traced('command X', {}, () => Promise.resolve(7))).resolves.toBe(7);
  });
  it('is a span from when somebody begins to collect them', async () => {
    const { provider, spans } = collector();
    await traced('before', {}, () => Promise.resolve());
    trace.setGlobalTracerProvider(provider);
    await traced('command X', { 'patron.command': 'X' }, () => Promise.resolve());
    expect(spans).toEqual([{ name: 'command X', attributes: { 'patron.command': 'X' }, ended: true }]);
  });
  it('says the code of what it fails with, and nothing of what was sent', async () => {
    const { provider, spans } = collector();
    trace.setGlobalTracerProvider(provider);
    const refused = Object.assign(new Error('Ann owes 7'), { code: 'loyalty.not_enough' });
    await expect(traced('command X', {}, () => Promise.reject(refused))).rejects.toBe(refused);
    await expect(traced('command X', {}, () => Promise.reject(new Error('Ann')))).rejects.toThrow('Ann');
    expect(spans.map(({ status, ended }) => [status, ended])).toEqual([
      [{ code: SpanStatusCode.ERROR, message: 'loyalty.not_enough' }, true],
      [{ code: SpanStatusCode.ERROR, message: 'server.error' }, true],
    ]);
  });
});
