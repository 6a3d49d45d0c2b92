import type { TaskPageQuery } from "../../api/documents";

/** A task with all that its page shows. */
export type Task = NonNullable<TaskPageQuery["task"]>;
