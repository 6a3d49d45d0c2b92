import guide from "../../../../docs/connect.md?raw";

/** What connects one kind of client. */
export interface ClientSetup {
  readonly client: string;
  /** Where the lines belong, as Markdown. */
  readonly where: string;
  readonly lines: string;
}

const SECTION = /^## (.+)\n([\s\S]*?)(?=^## |(?![\s\S]))/gm;
const FIRST_LINES = /^([\s\S]*?)^```\w*\n([\s\S]*?)^```/m;
const END = "If it does not connect";
const EXAMPLE_SERVER = "http://127.0.0.1:4280";
const EXAMPLE_TOKEN = '"TOKEN"';

/** The first lines of each client in docs/connect.md, with this server and token in place of those of the example. */
export function clientSetups(server: string, token: string): readonly ClientSetup[] {
  const sections = [...guide.matchAll(SECTION)].map(([, client = "", text = ""]) => ({ client, text }));
  const end = sections.findIndex(({ client }) => client === END);
  return sections.slice(0, end).flatMap(({ client, text }) => {
    const [, where = "", lines = ""] = FIRST_LINES.exec(text) ?? [];
    if (!lines) return [];
    const filled = lines.replaceAll(EXAMPLE_SERVER, server).replaceAll(EXAMPLE_TOKEN, JSON.stringify(token));
    return [{ client, where: where.trim(), lines: filled.trimEnd() }];
  });
}
