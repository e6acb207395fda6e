/** Returns a function that takes the text of an event stream, cut anywhere, and reports each frame. Comments are dropped. */
export function frames(report: (event: string, data: string, id: string) => void): (text: string) => void {
  let rest = "";
  let event = "";
  let data: string[] = [];
  let id = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (let line of lines) {
      if (line.endsWith("\r")) line = line.slice(0, -1);
      if (!line) {
        if (data.length) report(event, data.join("\n"), id);
        event = id = "";
        data = [];
        continue;
      }
      const [, name, value] = /^([^:]*):? ?(.*)/.exec(line)!;
      if (name === "data") data.push(value);
      else if (name === "event") event = value;
      else if (name === "id") id = value;
    }
  };
}
