/** A value of a file of rows; null: an empty cell. */
export type Cell = string | number | Date | null;

/** One line of a CSV file, RFC 4180, with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

function written(cell: Cell): string {
  if (cell === null) return '';
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === 'number') return String(cell);
  const text = startsFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet would run a name that begins like a formula. A number with its plus is none. */
function startsFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text) && !/^\+\d+$/.test(text);
}
