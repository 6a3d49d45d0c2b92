import { Brand } from "./Logo";

/** The page before it is known who looks at what. The build puts it into index.html, so it is seen before any script runs. */
export function Shell({ notice = "Loading…" }: { notice?: string }) {
  return (
    <div className="layout">
      <header className="sidebar">
        <Brand />
      </header>
      <div className="topbar" />
      <main>
        <p className="placeholder">{notice}</p>
      </main>
    </div>
  );
}
