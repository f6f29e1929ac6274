import { expect, test } from 'vitest';
import { businessMsBetween, withHolidays } from '../../src/domain/business-calendar.ts';
import { elena, marco, openApprovalRun, otherHash, step } from '../support/approval-run.ts';
import { expectReplay } from '../support/workflow-environment.ts';

test('a limit of business hours is not used up on a holiday weekend', async () => {
  const { calendar, thursdayAt17, mondayAt10 } = holidayWeekend();
  const leftMinutes = businessMsBetween(calendar, Date.now(), thursdayAt17) / 60_000;
  const timeLimitMinutes = Math.ceil(leftMinutes) + 2 * 60;
  const open = await openApprovalRun([step({ timeLimitMinutes, onTimeout: 'expire' })], { calendar, skipping: true });
  const { at } = await open.run.result();
  expect(open.clocks[0]?.deadlineAt).toBeGreaterThan(mondayAt10 - 120_000);
  expect(at).toBeGreaterThanOrEqual(open.clocks[0]?.deadlineAt ?? Number.POSITIVE_INFINITY);
  expect(at).toBeLessThan(mondayAt10 + 120_000);
});

test('an approval that was opened before steps had limits waits for people only, and can be edited', async () => {
  const { run, vote, edit, turns } = await openApprovalRun([step()], { input: { v: 1 } });
  await edit(elena, otherHash);
  await expect.poll(() => turns).toEqual(['reopened']);
  expect(await vote(marco, 'approve', { contentHash: otherHash })).toBe('approved');
  expect(turns).toEqual(['reopened']);
  await expectReplay(run);
});

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The next Friday but one is a holiday, in a week of 9:00 to 18:00 from Monday to Friday, UTC. */
function holidayWeekend() {
  const today = Math.floor(Date.now() / dayMs);
  const friday = today + ((12 - new Date(today * dayMs).getUTCDay()) % 7) + 7;
  const workday = [{ from: 9 * 60, to: 18 * 60 }];
  const week = { monday: workday, tuesday: workday, wednesday: workday, thursday: workday, friday: workday };
  const calendar = withHolidays({ timeZone: 'UTC', week: { ...week, saturday: [], sunday: [] }, exceptions: [] }, [
    { date: new Date(friday * dayMs).toISOString().slice(0, 10), from: 0 },
  ]);
  return {
    calendar,
    thursdayAt17: (friday - 1) * dayMs + 17 * hourMs,
    mondayAt10: (friday + 3) * dayMs + 10 * hourMs,
  };
}
