/** The order of test files: those that wait for processes and brokers first, so that none of them is left alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONG = /^test\/(crash|browser|integration)\/|\/kafka|\/clickhouse\/server|\/commands\/(running|topics|replay)/;

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId, project }: TestSpecification) =>
      LONG.test(moduleId.slice(project.config.root.length + 1));
    return [...sorted.filter(isLong), ...sorted.filter((one) => !isLong(one))];
  }
}
