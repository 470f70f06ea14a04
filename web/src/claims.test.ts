import { expect, test } from 'vitest';
import ledger from '../../docs/ledger.md?raw';
import { kClaims } from './claims';

test('Learn says what the ledger says, word for word', () => {
  const rows = ledger.split('\n').filter((line) => line.startsWith('| '));
  for (const { id, source, statement, measured, verdict } of kClaims) {
    const row = rows.find((line) => line.startsWith(`| ${id} |`));
    expect(row, id).toBeDefined();
    expect(row).toContain(`| ${id} | ${source} | ${statement} |`);
    expect(row!.endsWith(`| ${verdict} |`), `${id}: ${verdict}`).toBe(true);
    if (measured !== undefined) expect(row).toContain(`| ${measured} |`);
  }
});
