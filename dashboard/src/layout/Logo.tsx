/** Goalroom's logo: a door in a house. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="currentColor" />
      <path d="M9 23V9h14v14h-5v-8h-4v8z" fill="var(--surface)" />
    </svg>
  );
}

/** The logo with the name. */
export function Brand() {
  return (
    <p className="brand">
      <Logo />
      <span>Goalroom</span>
    </p>
  );
}
