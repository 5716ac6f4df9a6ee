// How much of control's time all watches together take: a fifth. What is quick goes at once, also a few times in a row;
// after longer work nobody works until five times as long has passed.

/** So much may be owed by those who go on at once. */
const burstMs = 250;

export class Pace {
  private owedUntil = 0;

  /** Until someone may work. */
  get waitMs(): number {
    return Math.max(0, this.owedUntil - performance.now() - burstMs);
  }

  /** Someone worked for so long. */
  spent(ms: number): void {
    this.owedUntil = Math.max(this.owedUntil, performance.now() - ms) + 5 * ms;
  }
}
