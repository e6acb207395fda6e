/** Returns a function that takes the text of an event stream, cut anywhere, and reports each frame. The server writes all data of a frame in one line. */
export function frames(report: (event: string, data: string, id: string) => void): (text: string) => void {
  let rest = "";
  let fields: Record<string, string> = {};
  return (text) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      // A comment is a field without a name.
      const [, name, value] = /(\w*):? ?(.*)/.exec(line)!;
      if (name) fields[name] = value;
      if (line) continue;
      const { event, data, id } = fields;
      if (data) report(event, data, id);
      fields = {};
    }
  };
}
