// What /audit answers (docs/api.md).

export interface AuditRow {
  seq: number;
  at: string;
  actor: string;
  address: string;
  action: string;
  object: string;
  repository: string | null;
  outcome: string;
  reason: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

export interface AuditCheck {
  rows: number;
  broken: { seq: number; why: string } | null;
}
