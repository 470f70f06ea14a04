/** Asks one question at a time. While an answer is awaited only the latest of further questions is
 * kept; it is asked next. So whoever drags a slider neither floods the program nor sees an old
 * answer after a newer one. The same question twice in a row is asked once. */
export class Latest<Question, Answer> {
  private asked: string | null = null;
  private next: { key: string; question: Question } | null = null;
  private busy = false;
  private stopped = false;

  constructor(
    private readonly ask: (question: Question) => Promise<Answer>,
    private readonly tell: (answer: Answer, question: Question) => void,
    private readonly fail: (error: Error, question: Question) => void,
    private readonly keyOf: (question: Question) => string = (question) => String(question),
  ) {}

  request(question: Question): void {
    const key = this.keyOf(question);
    if (key === this.asked) {
      this.next = null;
      return;
    }
    if (this.busy) {
      this.next = { key, question };
      return;
    }
    void this.run(key, question);
  }

  /** Nothing is to be asked for now; the same question will be asked anew. */
  forget(): void {
    this.next = null;
    this.asked = null;
  }

  /** Answers that are still to come are told to nobody. */
  stop(): void {
    this.stopped = true;
    this.next = null;
  }

  private async run(key: string, question: Question): Promise<void> {
    this.busy = true;
    this.asked = key;
    try {
      const answer = await this.ask(question);
      if (!this.stopped) this.tell(answer, question);
    } catch (error) {
      this.asked = null;
      if (!this.stopped) this.fail(error instanceof Error ? error : new Error(String(error)), question);
    }
    this.busy = false;
    const next = this.next;
    this.next = null;
    if (next && !this.stopped) void this.run(next.key, next.question);
  }
}
