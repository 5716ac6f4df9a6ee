// What the agent last reported: which revision the host matches, guests, target health. Kept in memory only:
// after a restart the agent reports again. Without an agent (analysis only) everything counts as applied.
import type { GuestReport, Report, TargetReport } from '../plan/actual.ts';
import { Listeners } from '../store/listeners.ts';

export class Observed {
  private report: Report | undefined;
  private readonly guests = new Map<string, GuestReport>();
  private readonly targets = new Map<string, TargetReport[]>();
  private readonly consoles = new Map<string, string>();
  private readonly listeners = new Listeners<undefined>();

  /** Takes the agent's newest report; undefined when the agent is gone. */
  update(report: Report | undefined): void {
    this.report = report;
    this.guests.clear();
    this.targets.clear();
    for (const guest of report?.guests ?? []) this.guests.set(guest.id, guest);
    for (const target of report?.targets ?? []) {
      const key = targetKey(target.targetGroupArn, target.targetId, target.targetPort);
      this.targets.set(key, [...(this.targets.get(key) ?? []), target]);
    }
    this.listeners.tell(undefined);
  }

  /** Calls `listener` after each report; returns how to stop. */
  watch(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  get current(): Report | undefined {
    return this.report;
  }

  /** True when the host matches intent as of `revision` in what concerns the VPC. */
  hasApplied(revision: number, vpcId: string): boolean {
    const { report } = this;
    return report === undefined || (report.appliedRevision >= revision && !report.failed.includes(vpcId));
  }

  guest(instanceId: string): GuestReport | undefined {
    return this.guests.get(instanceId);
  }

  /** Takes the end of what a guest wrote; the agent sends it a while after it changed. */
  takeConsole(instanceId: string, text: string): void {
    this.consoles.set(instanceId, text);
  }

  /** What the guest wrote last, as far as the agent has told. */
  consoleOf(instanceId: string): string | undefined {
    return this.consoles.get(instanceId);
  }

  /** Why records of the flow log were not delivered when they last were due. */
  flowLogFault(id: string): string | undefined {
    return this.report?.flowLogFaults?.find((fault) => fault.id === id)?.message;
  }

  /** One report per zone whose node checks the target. */
  target(targetGroupArn: string, targetId: string, targetPort: number): readonly TargetReport[] {
    return this.targets.get(targetKey(targetGroupArn, targetId, targetPort)) ?? [];
  }
}

function targetKey(targetGroupArn: string, targetId: string, targetPort: number): string {
  return `${targetGroupArn} ${targetId} ${targetPort}`;
}
