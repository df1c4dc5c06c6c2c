/** How many facts fewer are kept ready for each customer who goes, and how many more for each who comes back early enough. */
const LESS = 25;
const MORE = 100;

/**
 * How many facts of customers are kept ready: as many as are wanted again soon. Where commands go over far more customers than fit, hardly
 * anybody comes back in time, and what is kept ready is only marked by each collection of garbage. So the room shrinks, and grows again
 * once those come back who would still be here if it were whole: more than one for four who go.
 */
export class ReadyRoom {
  private room: number;
  private left = 0;

  /** @param least  Where both are equal it stays as it is. */
  constructor(
    private readonly most: number,
    private readonly least: number,
  ) {
    this.room = most;
  }

  get facts(): number {
    return this.room;
  }

  /** Told of each who goes because there is no more room, and of how many facts; gives what `returns` asks for. */
  leaves(facts: number): number {
    this.room = Math.max(this.least, this.room - LESS);
    return (this.left += facts);
  }

  /** Told of each who is wanted again. */
  returns(leftAt: number): void {
    if (this.left - leftAt < this.most - this.room) this.room = Math.min(this.most, this.room + MORE);
  }
}
