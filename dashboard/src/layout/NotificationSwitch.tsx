import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import type { Api } from "../api/api";
import { InboxNewsDocument, type InboxNewsQuery } from "../api/documents";
import { INBOX_KIND_LABELS } from "../components/inbox/inbox";
import { inboxEvents } from "../log/invalidation";
import { useLiveFetch } from "../log/use-live-query";
import { useSession } from "../session/session";
import { useRoom } from "./room";
import { useToasts } from "./Toasts";

const KEY = "goalroom.notifications";
const PAGE = 200;

/** Switches desktop notifications of what comes into the inbox on and off. They are off until somebody asks for them. */
export function NotificationSwitch() {
  const [on, setOn] = useState(() => isAllowed() && localStorage.getItem(KEY) === "on");
  const { showSuccess } = useToasts();
  // Browsers offer none to pages that came over plain HTTP from another machine.
  if (!("Notification" in window)) return null;

  const choose = async () => {
    const next = !on && (await Notification.requestPermission()) === "granted";
    if (!on && !next) showSuccess("The browser doesn’t let this page notify you: its settings for this site say so.");
    localStorage.setItem(KEY, next ? "on" : "off");
    setOn(next);
  };
  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-pressed={on}
        aria-label="Desktop notifications"
        title={on ? "Desktop notifications are on" : "Notify me on the desktop of what comes into my inbox"}
        onClick={choose}
      >
        <BellIcon on={on} />
      </button>
      {on && <Notifier />}
    </>
  );
}

function isAllowed(): boolean {
  return "Notification" in window && Notification.permission === "granted";
}

function BellIcon({ on }: { on: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="1em" height="1em" aria-hidden="true" className="bell" data-on={on || undefined}>
      <path d="M8 2a4 4 0 0 0-4 4v3l-1.2 2.2h10.4L12 9V6a4 4 0 0 0-4-4Z" />
      <path d="M6.7 13a1.4 1.4 0 0 0 2.6 0" />
    </svg>
  );
}

/** Notifies of each item that comes into the inbox from now on. */
function Notifier() {
  const { api } = useSession();
  const room = useRoom();
  const [, navigate] = useLocation();
  const [news] = useState(() => new InboxNews(api));
  const { data } = useLiveFetch(news.fetch, inboxEvents);

  useEffect(() => {
    // Who looks at the page sees the counts.
    if (document.visibilityState === "visible" && document.hasFocus()) return;
    for (const item of data ?? []) {
      // Of several tabs that notify of the same, the browser shows one.
      const shown = new Notification(titleOf(item), { body: item.message?.body ?? item.summary, tag: item.id });
      shown.onclick = () => {
        window.focus();
        navigate(room.to("inbox"));
        shown.close();
      };
    }
  }, [data, navigate, room]);
  return null;
}

type Item = InboxNewsQuery["inbox"]["nodes"][number];

function titleOf({ kind, message }: Item): string {
  return message?.from ? `${message.from.name}, ${INBOX_KIND_LABELS[kind]}` : `Goalroom: ${INBOX_KIND_LABELS[kind]}`;
}

/** Reads the inbox on from where it ended when this was made. */
class InboxNews {
  #after: string | null = null;
  #begun = false;

  constructor(private readonly api: Api) {}

  /** What came since the last time; nothing the first time. */
  readonly fetch = async (): Promise<readonly Item[]> => {
    const found: Item[] = [];
    for (let more = true; more; ) {
      const { inbox } = await this.api.query(InboxNewsDocument, { first: PAGE, after: this.#after });
      this.#after = inbox.pageInfo.endCursor ?? this.#after;
      more = inbox.pageInfo.hasNextPage;
      if (this.#begun) found.push(...inbox.nodes);
    }
    this.#begun = true;
    return found;
  };
}
