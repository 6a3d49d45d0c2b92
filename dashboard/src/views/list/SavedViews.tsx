import { type FormEvent, useState } from "react";
import { Link, useSearch } from "wouter";
import { useRoom } from "../../layout/room";
import { useSavedViews } from "../../layout/saved-views";
import { useToasts } from "../../layout/Toasts";

/** Views that were saved in this browser, and a field to save this one with its filter, order and columns. */
export function SavedViews({ view }: { view: "board" | "list" }) {
  const room = useRoom();
  const search = useSearch();
  const { views, save, remove } = useSavedViews();
  const { showSuccess } = useToasts();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save({ name: name.trim(), path: `${view}${search ? `?${search}` : ""}` });
    showSuccess(`Saved as “${name.trim()}”, in this browser.`);
    setName("");
  };
  return (
    <details className="menu">
      <summary>Views</summary>
      <div className="menu-items saved-views">
        {views.map((one) => (
          <div key={one.name} className="line">
            <Link className="line-title" href={`/rooms/${room.name}/${one.path}`}>
              {one.name}
            </Link>
            <button
              type="button"
              className="quiet"
              aria-label={`Forget the view ${one.name}`}
              onClick={() => {
                remove(one.name);
                showSuccess(`“${one.name}” was forgotten.`, () => save(one));
              }}
            >
              ×
            </button>
          </div>
        ))}
        <form className="inline" onSubmit={submit}>
          <input
            aria-label="Name of this view"
            placeholder="Name of this view"
            required
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit">Save</button>
        </form>
      </div>
    </details>
  );
}
