import { m } from '../paraglide/messages.js';

const names: Record<string, () => string> = {
  client: m.role_client,
  therapist: m.role_therapist,
  supervisor: m.role_supervisor,
  neutral_person: m.role_neutral_person,
  coordinator: m.role_coordinator,
  researcher: m.role_researcher,
  coder: m.role_coder,
  administrator: m.role_administrator
};

export const roles = Object.keys(names);
export const staffRoles = roles.filter((role) => role !== 'client');

/** What a role is called; a role of a later version keeps the word that it came with. */
export const roleName = (role: string): string => names[role]?.() ?? role;
