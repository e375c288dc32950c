import type { z } from 'zod';
import {
  applyAnswer,
  backtestView,
  brokenGlass,
  deadLetterView,
  endpointEvent,
  endpointSummary,
  endpointView,
  planView,
  replayReport,
  rolloutView,
  statusView,
  templateView,
  wholeDeadLetter,
} from '#contracts';

/** Answers that are described once, under this name, and referred to wherever they are given. */
export const namedAnswers: Readonly<Record<string, z.ZodType>> = {
  ApplyAnswer: applyAnswer,
  BacktestView: backtestView,
  BrokenGlass: brokenGlass,
  DeadLetterView: deadLetterView,
  EndpointEvent: endpointEvent,
  EndpointSummary: endpointSummary,
  EndpointView: endpointView,
  PlanView: planView,
  ReplayReport: replayReport,
  RolloutView: rolloutView,
  StatusView: statusView,
  TemplateView: templateView,
  WholeDeadLetter: wholeDeadLetter,
};
