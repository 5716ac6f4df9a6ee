// All actions of Reachability Analyzer and Network Access Analyzer in one table, to be loaded at once.
import type { Ec2Operations } from '../../shapes/operations.ts';
import type { Actions } from '../action.ts';
import { networkInsightsAccessScopeActions } from './network-insights-access-scope.ts';
import { networkInsightsAccessScopeAnalysisActions } from './network-insights-access-scope-analysis.ts';
import { networkInsightsAnalysisActions } from './network-insights-analysis.ts';
import { networkInsightsPathActions } from './network-insights-path.ts';

export const networkInsightsActions: Actions<Ec2Operations> = {
  ...networkInsightsAccessScopeActions,
  ...networkInsightsAccessScopeAnalysisActions,
  ...networkInsightsAnalysisActions,
  ...networkInsightsPathActions,
};
