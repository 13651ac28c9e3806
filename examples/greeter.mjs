// A worker's function receives its socket, and then whatever was sent.
export function greet(socket, name) {
  socket.end(`hello, ${name}\n`);
}

/** Doubles the numbers that it is sent, one a line, for as long as they come. */
export async function double(socket) {
  let rest = "";
  for await (const chunk of socket) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop();
    for (const line of lines) socket.write(`${line * 2}\n`);
  }
}
