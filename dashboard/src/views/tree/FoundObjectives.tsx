import { Link } from "wouter";
import { FindObjectivesDocument, type FindObjectivesQuery } from "../../api/documents";
import { ErrorMessage } from "../../components/ErrorMessage";
import { searchQuery } from "../../components/pickers/search-query";
import { Progress } from "../../components/tasks/Progress";
import { useRoom } from "../../layout/room";
import { objectiveEvents } from "../../log/invalidation";
import { useLiveQuery } from "../../log/use-live-query";

const MOST = 50;

type Found = Extract<FindObjectivesQuery["search"][number], { readonly id: string }>;

/** The objectives with these words, each with those above it. */
export function FoundObjectives({ words }: { words: string }) {
  const room = useRoom();
  const { data, refusal, isPreviousData } = useLiveQuery(
    FindObjectivesDocument,
    { room: room.name, query: searchQuery(words), first: MOST },
    objectiveEvents,
  );
  if (!data) return refusal ? <ErrorMessage refusal={refusal} /> : <p className="placeholder">Loading…</p>;
  const found = data.search.filter((node): node is Found => "id" in node);
  if (found.length === 0) return <p className="placeholder">No objective has these words.</p>;
  return (
    <ul className="tree-found" aria-label="Objectives found" data-previous={isPreviousData || undefined}>
      {found.map(({ id, title, status, progress, ancestors }) => (
        <li key={id}>
          {ancestors.length > 0 && (
            <span className="crumbs">
              {ancestors.map((above) => (
                <Link key={above.id} href={room.to("tree", above.id)}>
                  {above.title}
                </Link>
              ))}
            </span>
          )}
          <span className="line">
            <span className="id">{id}</span>
            <Link className="line-title" href={room.to("tree", id)}>
              {title}
            </Link>
            {status !== "ACTIVE" && <span className="tag">{status.toLowerCase()}</span>}
            <Progress value={progress} label={`Progress of ${id}`} />
          </span>
        </li>
      ))}
    </ul>
  );
}
