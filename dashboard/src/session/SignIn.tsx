import { type FormEvent, useState } from "react";
import { Logo } from "../layout/Logo";

/** The form that asks for a token. */
export function SignIn({ notice, onToken }: { notice: string | null; onToken: (token: string) => void }) {
  const [token, setToken] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim()) onToken(token.trim());
  };

  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={submit}>
        <h1>
          <Logo /> Goalroom
        </h1>
        <p>
          Sign in with the token of a person. This browser then stays signed in: until you sign out, or for 30 days
          unused.
        </p>
        {notice && (
          <p className="error-message" role="alert">
            {notice}
          </p>
        )}
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit" className="primary">
          Sign in
        </button>
        <p className="hint">
          On the server’s machine, <code>goalroom link NAME</code> prints a link that signs in without one, and{" "}
          <code>goalroom token NAME --kind human</code> a token. The admin’s token is in the file{" "}
          <code>admin-token</code> of the data directory.
        </p>
      </form>
    </main>
  );
}
