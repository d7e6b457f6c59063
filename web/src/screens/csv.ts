// Tables for other programs: RFC 4180, and no cell that a spreadsheet would take for a formula.

export type Cell = string | number | null | undefined;

function fieldOf(cell: Cell): string {
  const text = String(cell ?? '');
  // OWASP, "CSV Injection": names come from outside.
  const plain = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replace(/"/g, '""')}"` : plain;
}

export function toCsv(rows: Cell[][]): string {
  return rows.map((row) => `${row.map(fieldOf).join(',')}\r\n`).join('');
}

export function saveCsv(name: string, rows: Cell[][]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([toCsv(rows)], { type: 'text/csv' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
