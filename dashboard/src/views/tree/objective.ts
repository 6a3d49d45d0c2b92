import type { ObjectivePageQuery } from "../../api/documents";

/** An objective with all that its page shows. */
export type Objective = NonNullable<ObjectivePageQuery["objective"]>;
