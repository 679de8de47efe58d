/**
 * What administrators do to users, over HTTP or from the command line: whoever is disabled or gets a password is
 * signed out everywhere by that, and each change is an `activity` event.
 */
import type { Now } from '../../runtime/clock.ts';
import type { NewUser, UserFacts, UserStore } from '../../runtime/http/users.ts';
import type { Activity } from '../../schemas/events/activity.ts';
import type { Intake } from '../intake.ts';

export interface UserParts {
  readonly users: UserStore;
  readonly intake: Intake;
  readonly now: Now;
  /** An id that no event had before. */
  readonly newId: () => string;
}

export interface UserAdministration {
  create(wanted: NewUser, by: string): Promise<UserFacts>;
  setPassword(name: string, password: string, by: string): Promise<UserFacts>;
  disable(name: string, by: string): Promise<UserFacts>;
}

export function administerUsers({ users, intake, now, newId }: UserParts): UserAdministration {
  const note = (name: string, by: string, detail: string) =>
    intake.append('activity', [{ ...activityOf(newId(), now(), name, 'credential_change', detail), by }]);
  return {
    create: async (wanted, by) => {
      const user = await users.create(wanted, by);
      await note(user.name, by, `made with the roles ${user.roles.join(', ')}`);
      return user;
    },
    setPassword: async (name, password, by) => {
      const user = await users.setPassword(name, password, by);
      await note(name, by, 'password set by an administrator');
      return user;
    },
    disable: async (name, by) => {
      const user = await users.disable(name, by);
      await note(name, by, 'disabled');
      return user;
    },
  };
}

/** Staff are told apart from customers of the same name. */
export function activityOf(
  activityId: string,
  at: number,
  name: string,
  kind: Activity['kind'],
  detail: string | null,
): Activity {
  const nothing = { device: null, session: null, location: null };
  return { activityId, at, party: `staff:${name}`, kind, by: name, ...nothing, detail };
}
