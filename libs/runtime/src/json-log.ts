import type { LoggerService } from '@nestjs/common';
import { LOG_LEVELS, type LogLevel } from './config.js';

/** What Nest says of itself when it starts. */
const CHATTER = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** One JSON object a line: time, level, where from, message. */
export class JsonLog implements LoggerService {
  constructor(
    private readonly write: (line: string) => void,
    private readonly least: LogLevel = 'log',
  ) {}

  error(message: unknown, ...rest: unknown[]): void {
    this.line('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.line('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.line('warn', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.line(CHATTER.has(String(rest.at(-1))) ? 'debug' : 'log', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.line('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.line('debug', message, rest);
  }

  private line(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.least)) return;
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const fields =
      message instanceof Error ? { message: message.stack } : typeof message === 'object' ? message : { message };
    this.write(`${JSON.stringify({ time: new Date().toISOString(), level, context, ...fields })}\n`);
  }
}
