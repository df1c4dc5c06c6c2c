import { setTimeout as delay } from 'node:timers/promises';
import { Window } from './window.js';

describe('a window of tasks', () => {
  it('keeps the order of one name and never runs more than it may', async () => {
    const window = new Window(3);
    const done: string[] = [];
    let [running, most] = [0, 0];
    for (let at = 0; at < 30; at += 1) {
      const name = `n${at % 4}`;
      await window.add(name, async () => {
        most = Math.max(most, (running += 1));
        await delay(Math.random() * 4);
        running -= 1;
        done.push(`${name} ${at}`);
      });
    }
    await window.drain();
    expect(done).toHaveLength(30);
    expect(most).toBeLessThanOrEqual(3);
    for (const name of ['n0', 'n1', 'n2', 'n3']) {
      const own = done.filter((text) => text.startsWith(name)).map((text) => Number(text.split(' ')[1]));
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });

  it('hands on the first error', async () => {
    const window = new Window(2);
    await window.add('a', () => Promise.reject(new Error('no')));
    await expect(window.drain()).rejects.toThrow('no');
  });
});
