import type { ReactNode } from "react";
import { Link } from "wouter";
import type { ProposalCardFragment } from "../../api/documents";
import { ScrollArea } from "../../components/ScrollArea";
import { TaskLine } from "../../components/tasks/TaskLine";
import { TaskState } from "../../components/tasks/TaskState";
import { formatCount } from "../../components/text/format";
import { Markdown } from "../../components/text/Markdown";
import { RelativeTime, TimeUntil } from "../../components/text/RelativeTime";
import { useRoom } from "../../layout/room";
import { questionOf, unfinished } from "./proposal";

/** A proposal in the queue: what is asked, what waits for it, and how it is answered. */
export function Question({ proposal, children }: { proposal: ProposalCardFragment; children?: ReactNode }) {
  const room = useRoom();
  const [heading, body] = questionOf(proposal);
  return (
    <article className="panel entry question" aria-label={heading}>
      <h3>
        <span className="id">{proposal.id}</span> <Link href={room.to("decisions", proposal.id)}>{heading}</Link>
      </h3>
      <Circumstances proposal={proposal} />
      {body && <Body text={body} />}
      <TaskRows tasks={unfinished(proposal.tasks)} label="Waiting for this" />
      {children}
    </article>
  );
}

const LONG = 800;

/** A long one scrolls by itself, so that the buttons stay in sight. */
function Body({ text }: { text: string }) {
  const content = <Markdown text={text} />;
  if (text.length <= LONG) return <div>{content}</div>;
  return (
    <ScrollArea label="The question in full" className="question-body" area={null}>
      {content}
    </ScrollArea>
  );
}

/** Who asks, whom, since when, and until when. */
export function Circumstances({ proposal }: { proposal: ProposalCardFragment }) {
  const { author, kind, quorum, createdAt, closesAt, defaultOption, changedSinceAsked, escalates, status } = proposal;
  return (
    <p className="facts soft">
      <span>
        <b>{author.name}</b> asked <RelativeTime at={createdAt} /> ago
      </span>
      <span>
        {kind === "VOTE" ? `vote, quorum ${quorum}` : escalates ? "one person answers" : "one person approves"}
      </span>
      {closesAt && status === "OPEN" && (
        <span>
          closes <TimeUntil at={closesAt} />, {defaultOption ? `then: ${defaultOption}` : "then it expires"}
        </span>
      )}
      {changedSinceAsked && (
        <span
          className="tag"
          data-state="STALE"
          title="The criteria, description, assignee or status of one of its tasks is not what it was when this was asked"
        >
          changed since asked
        </span>
      )}
    </p>
  );
}

interface TaskRowsProps {
  readonly tasks: readonly ProposalCardFragment["tasks"][number][];
  readonly label: string;
}

/** Tasks, each with what it blocks. */
export function TaskRows({ tasks, label }: TaskRowsProps) {
  if (tasks.length === 0) return null;
  return (
    <ul className="rows" aria-label={label}>
      {tasks.map((task) => (
        <li key={task.id}>
          <TaskLine task={task}>
            {task.unblocks > 0 && <span>blocks {formatCount(task.unblocks, "task")}</span>}
            <TaskState status={task.status} ready={task.ready} stale={task.stale} />
          </TaskLine>
        </li>
      ))}
    </ul>
  );
}
