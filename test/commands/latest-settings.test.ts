/** Two processes with the role http on one log, each with a folder of its own: both know the settings that either tells. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SettingsKeeper } from '../../commands/control.ts';
import { followSettings, noteLatestSettings } from '../../commands/latest-settings.ts';
import { Intake } from '../../producers/intake.ts';
import { openEmbeddedLog } from '../../runtime/log/embedded.ts';
import { controlRecord } from '../../schemas/events/control.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/folder.ts';

const written = (minor: number) =>
  `rules:\n  limit-transaction:\n    options:\n      limit: {minor: ${minor}, currency: CNY}\n`;

it('know at the start what was told before, and from then on what the other tells', async () => {
  const log = await openEmbeddedLog({ folder: join(temporaryFolder(), 'log'), partitions: 1 });
  onTestFinished(() => log.close());
  const following: Promise<void>[] = [];
  const enter = async () => {
    const keeper = new SettingsKeeper(log, temporaryFolder(), Date.now);
    const end = await noteLatestSettings(log, keeper);
    await keeper.applyAtStart(undefined);
    following.push(followSettings(log, keeper, end));
    return keeper;
  };
  const tell = (keeper: SettingsKeeper, by: string, minor: number) =>
    keeper.apply({ text: written(minor), fileName: 'rules.yaml', by, reason: 'a test' });
  const one = await enter();
  const first = await tell(one, 'chen', 25_000_000);
  const other = await enter();
  expect(other.inForce()).toEqual(first);
  // Ticks and other entries stand between.
  await new Intake(log).append('control', [{ ...controlRecord.example, kind: 'tick', settings: null }]);
  const second = await tell(other, 'wang', 30_000_000);
  await eventually('the one knows', () => one.inForce()?.by === 'wang');
  expect(one.inForce()).toEqual(second);
  const third = await tell(one, 'chen', 35_000_000);
  await eventually('the other knows', () => other.inForce()?.offset === third.offset);
  expect(other.inForce()).toEqual(third);
  await log.close();
  await Promise.all(following);
});
