/** The gallery's server, visited by those who are not its page. */
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, suite, test } from "node:test";
import WebSocket from "ws";
import type { Command } from "../../../renderer-demo/contract/commands.js";
import { decodeEvent, PROTOCOL, TOKEN_PROTOCOL_PREFIX } from "../../../renderer-demo/contract/frames.js";
import { type Demo, startDemo } from "../../demo/support/program.js";
import { makePictures, makePlace } from "../../support/thumbnails.js";
import { until } from "../../support/until.js";

let demo: Demo;
let origin: string;
let port: number;
let token: string;

suite("the gallery's server", () => {
  before(async () => {
    const place = makePlace({ after: (hook) => after(() => (hook as () => void)()) });
    makePictures(place.pictures, { name: "p.jpg", width: 60, height: 40, format: "jpeg" });
    demo = await startDemo({ folder: place.pictures, home: place.home });
    const address = new URL(demo.address);
    origin = address.origin;
    port = Number(address.port);
    token = address.hash.slice(1);
  });
  after(() => demo.end());

  interface Visit {
    path?: string;
    method?: string;
    headers?: Record<string, string>;
  }

  function visit({ path = "/", method = "GET", headers = {} }: Visit): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = http.request({ host: "127.0.0.1", port, path, method, headers, agent: false });
      request
        .once("error", reject)
        .once("response", (response) => resolve(response.resume()))
        .end();
    });
  }

  interface Caller {
    protocols?: string[];
    origin?: string | undefined;
    host?: string;
  }

  /** @returns the socket when it is open, or the status that refused it */
  async function call({ protocols, origin: from = origin, host }: Caller): Promise<WebSocket | number> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, protocols ?? [PROTOCOL, TOKEN_PROTOCOL_PREFIX + token], {
      ...(from !== "" && { origin: from }),
      ...(host !== undefined && { headers: { host } }),
    });
    socket.binaryType = "arraybuffer";
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(socket));
      socket.once("unexpected-response", (_, { statusCode }) => resolve(statusCode as number));
      socket.once("error", reject);
    });
  }

  async function member(): Promise<WebSocket> {
    const socket = await call({});
    assert.ok(socket instanceof WebSocket);
    return socket;
  }

  test("serves the page with a policy that lets it do nothing else", async () => {
    const { statusCode, headers } = await visit({});
    assert.equal(statusCode, 200);
    const policy = String(headers["content-security-policy"]);
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      assert.ok(policy.includes(rule), policy);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["cross-origin-resource-policy"], "same-origin");
    assert.equal(headers["access-control-allow-origin"], undefined);
  });

  for (const path of [
    "/etc/passwd",
    "/page/../../package.json",
    "/page/%2e%2e/%2e%2e/package.json",
    "//etc/passwd",
    "/page/",
    "/main/demo.js",
  ])
    test(`has no ${path}`, async () => {
      assert.equal((await visit({ path })).statusCode, 404);
    });

  for (const host of ["localhost", "evil.example", "127.0.0.1", "127.0.0.1.evil.example:1"])
    test(`serves nothing to the host name ${host}`, async () => {
      assert.equal((await visit({ headers: { host } })).statusCode, 421);
      assert.equal(await call({ host }), 403);
    });

  test("can't be posted to", async () => {
    assert.equal((await visit({ method: "POST" })).statusCode, 405);
  });

  for (const [what, from] of [
    ["another origin", "https://evil.example"],
    ["another port", "http://127.0.0.1:1"],
    ["another name for it", "http://localhost"],
    ["a sandboxed frame", "null"],
    ["no browser at all", ""],
  ] as const)
    test(`refuses ${what}, whatever it knows`, async () => {
      assert.equal(await call({ origin: from }), 403);
    });

  test("refuses a wrong token, part of one, a longer one, and none", async () => {
    const forged = `${token.slice(1)}A`;
    for (const wrong of [forged, token.slice(0, -1), `${token}A`, "", "none"])
      assert.equal(
        await call({ protocols: wrong === "" ? [PROTOCOL] : [PROTOCOL, TOKEN_PROTOCOL_PREFIX + wrong] }),
        401,
      );
    assert.equal(await call({ protocols: [TOKEN_PROTOCOL_PREFIX + token] }), 401);
  });

  test("keeps the token to itself", async () => {
    const socket = await member();
    assert.equal(socket.protocol, PROTOCOL);
    socket.terminate();
    assert.equal(demo.said().split(token).length, 2, "said once, in the address");
  });

  for (const [what, message] of [
    ["no JSON", "{"],
    ["octets", Buffer.from([1, 2, 3])],
    ["no command", '{"name":"eval","code":"1"}'],
    ["a pid that is no process's", '{"name":"end","pid":-1,"signal":"SIGKILL"}'],
    ["a command with more than it has", '{"name":"choose","then":1}'],
  ] as const)
    test(`sends away who sends ${what}, and serves the others`, async () => {
      const socket = await member();
      socket.send(message);
      const [code] = await once(socket, "close");
      assert.equal(code, 1008);
      (await member()).terminate();
    });

  test("sends away who sends too much", async () => {
    const socket = await member();
    socket.send("x".repeat(1024 * 1024));
    const [code] = await once(socket, "close");
    assert.equal(code, 1009);
  });

  test("ends no process that is not the gallery's own", async () => {
    const socket = await member();
    const notices: string[] = [];
    socket.on("message", (data) => {
      const event = decodeEvent(typeof data === "string" ? data : String(data));
      if (event.name === "notice") notices.push(event.text);
    });
    const command: Command = { name: "end", pid: process.pid, signal: "SIGKILL" };
    socket.send(JSON.stringify(command));
    socket.send(JSON.stringify({ ...command, pid: demo.pid }));
    await until(() => notices.length === 2, "the refusals");
    assert.match(notices.join(), new RegExp(`no process ${process.pid}.*no process ${demo.pid}`));
    socket.terminate();
  });

  test("has room for so many pages, and no more", async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => call({})));
    const refused = sockets.filter((socket) => socket === 503);
    assert.equal(refused.length, 4);
    for (const socket of sockets) if (socket instanceof WebSocket) socket.terminate();
  });
});
