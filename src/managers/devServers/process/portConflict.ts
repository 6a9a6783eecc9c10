/** As Node.js, Go, Python, Java, Rust, Vite, Next and react-scripts put it. */
const complaints = [
  /EADDRINUSE/,
  /address (?:is )?already in use/i,
  /\bport \d+ is (?:already )?(?:in use|being used|used|taken|occupied|allocated)/i,
  /already (?:running|listening) on port \d+/i,
  /only one usage of each socket address/i,
];

/** `127.0.0.1:15173`, `port 15173`, and `port: 15173` from the properties that Node.js prints after an error. */
const named = /(?::|\bport[ :=]+)(\d{3,5})\b/gi;
const property = /^\s*port: (\d+),?$/;

/** Whether output says that this port is in use, and not only another one that the program wants as well. */
export function saysPortTaken(lines: readonly string[], port: number): boolean {
  const complaining = lines.filter((line) => complaints.some((complaint) => complaint.test(line)));
  if (complaining.length === 0) return false;
  const ports = [
    ...complaining.flatMap((line) => [...line.matchAll(named)].map(([, digits]) => Number(digits))),
    ...lines.flatMap((line) => Number(property.exec(line)?.[1] ?? [])),
  ].filter((found) => found > 0);
  return ports.length === 0 || ports.includes(port);
}
