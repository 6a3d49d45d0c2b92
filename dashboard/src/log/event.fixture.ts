import type { LogEvent } from "./invalidation";

/** An event for tests. */
export function logEvent(event: Partial<LogEvent> & Pick<LogEvent, "kind">): LogEvent {
  return {
    cursor: "1",
    at: "2026-03-01T10:00:00Z",
    data: {},
    actor: { name: "atlas", kind: "AGENT" },
    task: null,
    objective: null,
    agent: null,
    proposal: null,
    message: null,
    ...event,
  };
}
