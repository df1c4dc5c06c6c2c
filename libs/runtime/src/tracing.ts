import { SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('patron');

/** Runs work in a span of its own; costs next to nothing where nobody collects spans. */
export function traced<T>(
  name: string,
  attributes: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      const code = (error as { readonly code?: unknown }).code;
      span.setStatus({ code: SpanStatusCode.ERROR, message: typeof code === 'string' ? code : 'server.error' });
      throw error;
    } finally {
      span.end();
    }
  });
}
