import type { InsightsQuery } from "../../api/documents";

/** An insight with all that is shown of it. */
export type Insight = NonNullable<InsightsQuery["room"]>["insights"]["nodes"][number];
