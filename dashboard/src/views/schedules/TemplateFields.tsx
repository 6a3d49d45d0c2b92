import type { CreateTaskInput, Priority } from "../../api/documents";
import { AgentSelect } from "../../components/agents/AgentSelect";
import { Field } from "../../components/forms/Form";
import { parseIds, parseLines } from "../../components/forms/parse-input";

/** What is typed of a schedule's task. */
export interface Template {
  readonly title: string;
  readonly description: string;
  readonly criteria: string;
  readonly priority: Priority;
  readonly assignee: string;
  readonly objective: string;
}

export const EMPTY_TEMPLATE: Template = {
  title: "",
  description: "",
  criteria: "",
  priority: "P2",
  assignee: "",
  objective: "",
};

/** The task that is made each time. */
export function taskOf({ title, description, criteria, priority, assignee, objective }: Template): CreateTaskInput {
  return {
    title,
    description,
    priority,
    criteria: parseLines(criteria),
    assignee: assignee || null,
    objective: parseIds(objective)[0] ?? null,
  };
}

interface TemplateFieldsProps {
  readonly template: Template;
  readonly onChange: (template: Template) => void;
}

export function TemplateFields({ template, onChange }: TemplateFieldsProps) {
  const set = (change: Partial<Template>) => onChange({ ...template, ...change });
  return (
    <>
      <Field label="Title">
        <input
          required
          maxLength={300}
          value={template.title}
          onChange={(event) => set({ title: event.target.value })}
        />
      </Field>
      <Field label="Description">
        <textarea value={template.description} onChange={(event) => set({ description: event.target.value })} />
      </Field>
      <Field label="Done when" hint="One on each line.">
        <textarea value={template.criteria} onChange={(event) => set({ criteria: event.target.value })} />
      </Field>
      <div className="two-columns">
        <Field label="Priority">
          <select value={template.priority} onChange={(event) => set({ priority: event.target.value as Priority })}>
            {["P0", "P1", "P2", "P3"].map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
        </Field>
        <Field label="Assignee">
          <AgentSelect
            value={template.assignee}
            onChange={(assignee) => set({ assignee })}
            none="Nobody: anyone can claim it"
          />
        </Field>
        <Field label="Objective">
          <input
            placeholder="O…"
            value={template.objective}
            onChange={(event) => set({ objective: event.target.value })}
          />
        </Field>
      </div>
    </>
  );
}
