import type { InboxKind } from "../api/documents";
import { DOING, type News } from "../log/invalidation";

/** Why somebody is told something, in a word. */
export const TOLD: Record<InboxKind, string> = {
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

/** An inbox item is written with whatever line of the log caused it. */
export const ofTheInbox = (news: News): boolean => news !== DOING && news.kind !== "PRESENCE_CHANGED";
