/** A descriptor as Node's socket. */
import net = require("node:net");

/**
 * Nothing is read before somebody asks for it, so a socket that nobody reads keeps no event loop alive.
 * @param fd the socket's from now on
 */
export function openSocket(fd: number): net.Socket {
  const options = { fd, readable: true, writable: true, manualStart: true };
  return new net.Socket(options);
}
