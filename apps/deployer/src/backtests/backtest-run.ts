import { headers, type BacktestView } from '#contracts';
import { CoalescingProducer, TopicNames } from '#kafka';
import type { ScoringRule } from '#scoring';
import type { RewardKind } from '#strategies';
import { addAnswers, type BacktestRules } from './add-answers.js';
import type { Backtest, BacktestEvidence, Position } from './backtest.js';
import type { BacktestsRepository } from './backtests.repository.js';
import { judgeBacktest } from './judge-backtest.js';
import {
  firstStretchMs,
  type LoggedRequest,
  type PastRequestsRepository,
  type Reading,
} from './past-requests.repository.js';

/** Requests sent and not yet through, at most, and characters of them: what the topic holds, and what is resent after a leader's death. */
const maxAhead = 16_000;
const maxAheadCharacters = 64 * 1024 ** 2;
/** Rows whose answers are read at once. */
const answersAtOnce = 500;
/** An answer that has not come though all was read is asked for again, so often. */
const attempts = 3;

/** Requests that were sent together. */
interface SentPage {
  /** Without their bodies. */
  readonly requests: readonly LoggedRequest[];
  readonly skipped: number;
  readonly characters: number;
  readonly position: Position;
  attempts: number;
}

export interface RunParts {
  readonly backtests: BacktestsRepository;
  readonly past: PastRequestsRepository;
  readonly producer: CoalescingProducer;
  readonly names: TopicNames;
}

/** How its answers are scored and judged. */
export interface Judging extends BacktestRules {
  readonly reward: RewardKind;
}

/** What a look at a backtest came to. */
export type Progress = 'sent' | 'through' | 'waits' | 'done' | 'gone';

/**
 * One backtest at work. All that must last is its position in the database: a new leader sends again what was sent and not through,
 * and the answers that come twice are one row.
 */
export class BacktestRun {
  private readonly ahead: SentPage[] = [];
  private reading: Reading;
  private atEnd = false;

  constructor(
    private backtest: Backtest,
    private readonly judging: Judging,
    private readonly parts: RunParts,
  ) {
    this.reading = { position: backtest.position, stretchMs: firstStretchMs };
  }

  /** Sends what there is room for and takes what is answered. @param now ms since 1970 */
  async step(now: number): Promise<Progress> {
    if (this.backtest.requests === null) await this.count();
    const sent = await this.send();
    const through = await this.takeAnswered(now);
    if (through === 'gone') return 'gone';
    if (this.atEnd && this.ahead.length === 0) return 'done';
    return through ? 'through' : sent ? 'sent' : 'waits';
  }

  /** All that was sent has been read, and answers are missing: asks again, and after some attempts gives the requests up. */
  async askAgain(now: number): Promise<void> {
    const [page] = this.ahead;
    if (page === undefined) return;
    if (page.attempts >= attempts) {
      await this.finish(page, now);
      return;
    }
    page.attempts++;
    const answered = await this.parts.past.answered(this.backtest.id, page.requests);
    const missing = page.requests.filter((_, place) => !answered.has(place));
    await this.publish(await this.parts.past.bodies(this.backtest.endpoint, missing));
  }

  private async count(): Promise<void> {
    const { requests, otherVersions } = await this.parts.past.count(this.backtest);
    await this.parts.backtests.counted(this.backtest.id, requests, otherVersions);
    this.backtest = { ...this.backtest, requests, otherVersions };
  }

  private async send(): Promise<boolean> {
    let sent = false;
    while (!this.atEnd && this.hasRoom) {
      const read = await this.parts.past.page(this.backtest, this.reading);
      if (read === null) {
        this.atEnd = true;
        break;
      }
      const { requests, position } = read.page;
      const withBody = requests.filter(({ body }) => body !== null);
      await this.publish(withBody);
      this.reading = read.next;
      this.ahead.push({
        requests: withBody.map((request) => ({ ...request, body: null })),
        skipped: requests.length - withBody.length,
        characters: withBody.reduce((sum, { body }) => sum + (body?.length ?? 0), 0),
        position,
        attempts: 1,
      });
      sent ||= withBody.length > 0;
    }
    return sent;
  }

  private get hasRoom(): boolean {
    const requests = this.ahead.reduce((sum, page) => sum + page.requests.length, 0);
    const characters = this.ahead.reduce((sum, page) => sum + page.characters, 0);
    return requests < maxAhead && characters < maxAheadCharacters;
  }

  private publish(requests: readonly LoggedRequest[]): Promise<void> {
    const { id: backtest, endpoint, version } = this.backtest;
    const topic = this.parts.names.of('backtest', { endpoint, version });
    return this.parts.producer.sendAll(
      requests.map(({ id, requestedMs, body }) => ({
        topic,
        key: id,
        value: body,
        headers: {
          [headers.id]: id,
          [headers.backtest]: String(backtest),
          [headers.requestedAt]: String(requestedMs),
        },
      })),
    );
  }

  /** Pages are through in their order, each once all of it is answered. */
  private async takeAnswered(now: number): Promise<boolean | 'gone'> {
    let any = false;
    for (;;) {
      const [page] = this.ahead;
      if (page === undefined) return any;
      const answered = await this.parts.past.answered(this.backtest.id, page.requests);
      if (answered.size < page.requests.length) return any;
      if (!(await this.finish(page, now))) return 'gone';
      any = true;
    }
  }

  private async finish(page: SentPage, now: number): Promise<boolean> {
    const { evidence, compared } = await this.compare(page.requests, now);
    const { verdict, state } = judgeBacktest(this.backtest, evidence, this.judging.reward, now);
    const { through, skipped, lost, position } = this.backtest;
    const step = {
      through: through + page.requests.length + page.skipped,
      skipped: skipped + page.skipped,
      lost: lost + page.requests.length - compared,
      ...{ evidence, verdict, state, position: page.position },
    };
    if (!(await this.parts.backtests.advance(this.backtest.id, position, step))) return false;
    this.backtest = { ...this.backtest, ...step };
    this.ahead.shift();
    return true;
  }

  private async compare(
    requests: readonly LoggedRequest[],
    now: number,
  ): Promise<{ evidence: BacktestEvidence; compared: number }> {
    let { evidence } = this.backtest;
    let compared = 0;
    for (let from = 0; from < requests.length; from += answersAtOnce) {
      const some = requests.slice(from, from + answersAtOnce);
      const answers = await this.parts.past.answers(this.backtest, some, this.judging.champion);
      evidence = addAnswers(evidence, answers, this.judging, now);
      compared += answers.length;
    }
    return { evidence, compared };
  }
}

/** A version's rule: which output the truth looks at is the endpoint's wish, else the version's own. */
export const ruleFor = (rule: ScoringRule, output: string | undefined): ScoringRule => ({
  ...rule,
  output: rule.output ?? output,
});

/** A backtest as the API shows it. */
export function backtestView(backtest: Backtest): BacktestView {
  const { id, endpoint, version, champion, status, reason, requests, otherVersions, through, skipped, lost } = backtest;
  return {
    ...{ id, endpoint, version, champion, status, reason, requests, otherVersions, through, skipped, lost },
    from: backtest.from.toISOString(),
    to: backtest.to.toISOString(),
    startedAt: backtest.startedAt.toISOString(),
    endedAt: backtest.endedAt?.toISOString() ?? null,
    championEvidence: backtest.evidence.champion,
    pair: backtest.evidence.pair,
    verdict: backtest.verdict,
  };
}
