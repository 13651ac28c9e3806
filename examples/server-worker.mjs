// Accepts connections for as long as it lives.
export default function serve(_socket, server, id) {
  server.on("connection", (connection) => connection.end(`worker ${id}`));
}
