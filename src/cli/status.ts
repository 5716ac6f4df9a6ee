// `postern status`: what runs, in a few lines.

/** As control answers it (api/admin.ts, plan/actual.ts). */
export interface StatusAnswer {
  readonly revision: number;
  readonly vpcs: number;
  readonly networkInterfaces: number;
  readonly endpoints: number;
  readonly report?: {
    readonly appliedRevision: number;
    readonly guests: readonly {
      readonly id: string;
      readonly state: string;
      readonly pid?: number;
      readonly message?: string;
    }[];
    readonly targets: readonly {
      readonly targetId: string;
      readonly targetPort: number;
      readonly zone: string;
      readonly state: string;
    }[];
    readonly problems: readonly string[];
    readonly agentPid: number;
    readonly holderPid: number;
  };
}

/** `isAlive`: does this process run here? */
export function formatStatus(status: StatusAnswer, isAlive: (pid: number) => boolean): string {
  const { report, revision } = status;
  const counts = [
    count(status.vpcs, 'VPC'),
    count(status.networkInterfaces, 'network interface'),
    count(status.endpoints, 'endpoint'),
  ];
  const lines = [
    `intent     revision ${revision}: ${counts.join(', ')}`,
    `host       ${hostLine(status, isAlive)}`,
  ];
  for (const guest of report?.guests ?? [])
    lines.push(
      `${kindOf(guest.id)}   ${guest.id}  ${guest.state}${guest.message ? `: ${guest.message}` : ''}`,
    );
  for (const target of report?.targets ?? []) {
    lines.push(`target     ${target.targetId}:${target.targetPort} from ${target.zone}  ${target.state}`);
  }
  for (const problem of report?.problems ?? []) lines.push(`problem    ${problem}`);
  return lines.join('\n');
}

function kindOf(guestId: string): string {
  if (guestId.startsWith('eni-')) return 'probe   ';
  return guestId.startsWith('i-') ? 'instance' : 'host    ';
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function hostLine({ revision, report }: StatusAnswer, isAlive: (pid: number) => boolean): string {
  if (report === undefined) return 'no agent: analysis only, no packets';
  if (report.agentPid === 0) return 'the agent has not reported yet; if it stays so: postern up';
  if (!isAlive(report.agentPid))
    return 'the agent does not run; packets go on, changes wait. Start it with: postern up';
  const problems = report.problems.length;
  if (problems > 0) return `${count(problems, 'problem')}, tried again every second`;
  return report.appliedRevision >= revision
    ? 'matches intent'
    : `at revision ${report.appliedRevision}, working`;
}
