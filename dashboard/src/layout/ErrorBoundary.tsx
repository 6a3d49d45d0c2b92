import { Component, type ReactNode, useEffect, useState } from "react";
import { MissingScript } from "../views/view";

interface ErrorBoundaryProps {
  /** A change of it is a new start. */
  readonly at: string;
  readonly children: ReactNode;
}

/** Its children, or where one of them fails, what went wrong and how to go on. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly error: unknown }> {
  override state: { readonly error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate(previous: ErrorBoundaryProps): void {
    if (previous.at !== this.props.at && this.state.error !== null) this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    if (error instanceof MissingScript) return <ScriptMissing />;
    return (
      <div className="failure" role="alert">
        <p>Something on this page failed. What you see elsewhere is not affected.</p>
        <p className="soft">{String(error)}</p>
        <div className="actions">
          <button type="button" onClick={() => this.setState({ error: null })}>
            Try again
          </button>
          <button type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </div>
      </div>
    );
  }
}

const RELOADED = "goalroom.reloaded";
const RELOAD_AGAIN_MS = 30_000;
const RETRY_MS = 2_000;

/** Reloads the page once the server answers: a new build has other scripts. */
function ScriptMissing() {
  const [failedAgain, setFailedAgain] = useState(false);

  useEffect(() => {
    const timer = window.setInterval(async () => {
      const answered = await fetch("/", { cache: "no-store" }).catch(() => null);
      if (!answered?.ok) return;
      window.clearInterval(timer);
      if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < RELOAD_AGAIN_MS) return setFailedAgain(true);
      sessionStorage.setItem(RELOADED, String(Date.now()));
      location.reload();
    }, RETRY_MS);
    return () => window.clearInterval(timer);
  }, []);

  return (
    <div className="failure" role="alert">
      <p>
        {failedAgain
          ? "This view can't be loaded: its script is missing on the server."
          : "This view can't be loaded now. The page reloads as soon as the server answers."}
      </p>
      <button type="button" onClick={() => location.reload()}>
        Reload
      </button>
    </div>
  );
}
