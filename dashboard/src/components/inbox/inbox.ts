import type { InboxKind } from "../../api/documents";

/** Why an item is in the inbox, in a word. */
export const INBOX_KIND_LABELS: Record<InboxKind, string> = {
  DIRECT: "direct",
  MENTION: "mention",
  UNBLOCKED: "unblocked",
  ASSIGNED: "assigned",
  REVIEW_REQUESTED: "to review",
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes wanted",
  LEASE_LOST: "lease lost",
  STALE: "stale",
  REOPENED: "reopened",
  HANDOFF: "handoff",
  PROPOSAL: "to decide",
  DECIDED: "decided",
};
