import { useCallback, useEffect, useMemo, useState } from "react";
import { LabelsDocument, MembersDocument } from "../../api/documents";
import { Combobox, type Option } from "../../components/pickers/Combobox";
import { optionOf } from "../../components/pickers/ThingPicker";
import { useFindThings } from "../../components/pickers/things";
import { useSuggestions } from "../../components/pickers/use-suggestions";
import { formatCount } from "../../components/text/format";
import { fitting } from "../../layout/fitting";
import { useRoom } from "../../layout/room";
import { useSession } from "../../session/session";
import { type Facet, setFacets, useFilter } from "./filter";
import "./filters.css";

interface Suggestion extends Option {
  readonly facet: Facet;
  readonly value: string;
}

const NAMES: Record<Facet, string> = {
  search: "Words",
  status: "Status",
  assignee: "Assignee",
  priority: "Priority",
  objective: "Objective",
  label: "Label",
  only: "Only",
};
const STATUSES = {
  TODO: "To do",
  DOING: "Doing",
  BLOCKED: "Blocked",
  VALIDATING: "In review",
  DONE: "Done",
  CANCELLED: "Cancelled",
};
const MOST = 6;

function suggestion(facet: Facet, value: string, label = value): Suggestion {
  return { facet, value, key: `${facet} ${value}`, label, group: NAMES[facet] };
}

const FIXED: readonly Suggestion[] = [
  suggestion("only", "ready", "Ready"),
  suggestion("only", "waiting", "Waiting"),
  suggestion("only", "stale", "Stale"),
  ...["P0", "P1", "P2", "P3"].map((priority) => suggestion("priority", priority)),
  ...Object.entries(STATUSES).map(([status, label]) => suggestion("status", status, label)),
];

/** What the tasks are filtered by, and one field that suggests more; `total` is how many were found. */
export function Filters({ total }: { total: number | undefined }) {
  const { api } = useSession();
  const { name: room } = useRoom();
  const { filter, setFilter } = useFilter();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState(false);
  const [named, setNamed] = useState<readonly Suggestion[]>([]);
  const findObjectives = useFindThings("objective");
  const facets = setFacets(filter);

  // Who and which labels there are is asked when somebody first types here.
  useEffect(() => {
    if (!asked) return;
    Promise.all([api.query(MembersDocument, { room }), api.query(LabelsDocument, { room })])
      .then(([{ agents }, { room: found }]) => {
        const labels = new Set(found?.tasks.nodes.flatMap((task) => task.labels));
        setNamed([
          ...agents.map(({ name }) => suggestion("assignee", name)),
          ...[...labels].sort().map((label) => suggestion("label", label)),
        ]);
      })
      // Without them, words can be typed all the same.
      .catch(() => setNamed([]));
  }, [asked, api, room]);

  const find = useCallback(async (typed: string) => (typed ? await findObjectives(typed) : []), [findObjectives]);
  const { items: objectives, busy } = useSuggestions(text, find);
  const options = useMemo(() => {
    const typed = text.trim();
    const known = fitting([...named, ...FIXED], typed);
    if (!typed) return byFacet(known, 3);
    const found = objectives
      .slice(0, MOST)
      .map((one) => ({ ...optionOf(one), ...suggestion("objective", one.id, one.title), id: one.id }));
    const words = suggestion("search", typed, `Tasks with “${typed}”`);
    return [words, ...byFacet(known, MOST), ...found];
  }, [text, named, objectives]);

  return (
    <search className="filters">
      {facets.map(([facet, value]) => (
        <span key={facet} className="chip">
          <span className="soft">{NAMES[facet]}</span>
          <span>{STATUSES[value as keyof typeof STATUSES] ?? value}</span>
          <button
            type="button"
            className="quiet"
            aria-label={`Remove the filter ${NAMES[facet].toLowerCase()} ${value}`}
            onClick={() => setFilter({ [facet]: "" })}
          >
            ×
          </button>
        </span>
      ))}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what it hears is of the field in it. */}
      <div className="filter-field" data-search onFocus={() => setAsked(true)}>
        <Combobox
          label="Filter"
          placeholder="Filter by words, assignee, label…"
          text={text}
          onText={setText}
          options={options}
          busy={busy && text.trim() !== "" && options.length === 0}
          onChoose={({ facet, value }) => {
            setText("");
            setFilter({ [facet]: value });
          }}
          onBackspace={() => {
            const last = facets.at(-1);
            if (last) setFilter({ [last[0]]: "" });
          }}
        />
      </div>
      {facets.length > 0 && (
        <>
          <span className="soft" role="status">
            {total !== undefined && (total === 0 ? "Nothing found" : formatCount(total, "task"))}
          </span>
          <button
            type="button"
            className="quiet"
            onClick={() => setFilter(Object.fromEntries(facets.map(([facet]) => [facet, ""])))}
          >
            Clear
          </button>
        </>
      )}
    </search>
  );
}

/** At most so many of each facet, those of one facet side by side. */
function byFacet(suggestions: readonly Suggestion[], most: number): readonly Suggestion[] {
  const facets = [...new Set(suggestions.map(({ facet }) => facet))];
  return facets.flatMap((facet) => suggestions.filter((one) => one.facet === facet).slice(0, most));
}
