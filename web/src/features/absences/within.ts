interface Time {
  from: string;
  until?: string | null;
}

/** Whether something at this time falls into an absence; not into one without an end, which is a departure and told otherwise. */
export function isWithin(at: string, { from, until }: Time): boolean {
  return Date.parse(from) <= Date.parse(at) && until != null && Date.parse(at) < Date.parse(until);
}
