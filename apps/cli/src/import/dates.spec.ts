import { dateReader } from './dates.js';

describe('a date format', () => {
  it.each([
    ['YYYYMMDD', '19970101', '1997-01-01', undefined],
    ['YYYY-MM-DD HH:mm:ss', '2010-12-01 08:26:05', '2010-12-01', 30_365_000],
    ['M/D/YYYY H:mm', '12/1/2010 8:26', '2010-12-01', 30_360_000],
    ['DD.MM.YYYY', '29.02.2012', '2012-02-29', undefined],
    ['YYYY-MM-DDTHH:mm', '2010-12-01T23:59', '2010-12-01', 86_340_000],
  ])('%s reads %s', (format, text, day, timeOfDayMs) => {
    expect(dateReader(format)?.(text)).toEqual({ day, timeOfDayMs });
  });

  it.each([
    ['YYYYMMDD', '19970230'],
    ['YYYYMMDD', '1997-01-01'],
    ['YYYY-MM-DD HH:mm:ss', '2010-12-01 24:00:00'],
    ['DD.MM.YYYY', '01x01x2010'],
  ])('%s does not take %s', (format, text) => {
    expect(dateReader(format)?.(text)).toBeUndefined();
  });

  it.each(['MM/DD', 'YYYY', 'YYYY-MM-DD MM', 'YYYY-MM-DDx', ''])('"%s" is none', (format) => {
    expect(dateReader(format)).toBeUndefined();
  });
});
