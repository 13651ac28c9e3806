/** The page: what comes from the main process goes to its parts, and what people do goes back. */
import { type Command, MAX_WANTED } from "../contract/commands.js";
import type { EventName, EventOf, GalleryEvent } from "../contract/events.js";
import { connect } from "./bridge.js";
import { byId } from "./dom.js";
import { FolderDialog } from "./folder-dialog.js";
import { FolderView } from "./folder-view.js";
import { Grid } from "./grid/grid.js";
import { listenToKeys } from "./grid/keys.js";
import { showNotice } from "./notices.js";
import { Panel } from "./panel/panel.js";
import { Pictures, urlOf } from "./pictures.js";
import { StatusLine } from "./status-line.js";
import { setUpTheme } from "./theme.js";
import { Viewer } from "./viewer.js";
import { Wishes } from "./wishes.js";

type Handlers = { readonly [N in EventName]: (event: EventOf<N>) => void };

const pictures = new Pictures();
const bridge = connect((message) => folderView.lost(message));
const send = (command: Command) => bridge.send(command);

let folder = 0;
let hasDialog = false;

const choose = () => {
  if (hasDialog) send({ name: "choose" });
  else folderDialog.open(folderView.path || "/");
};
const folderDialog = new FolderDialog(send);
const folderView = new FolderView({ choose, reload: () => send({ name: "reload" }) });
const status = new StatusLine();
const panel = new Panel(send);
const viewer = new Viewer({
  pictures,
  count: () => grid.count,
  ask: (picture) => send({ name: "view", folder, picture }),
  onClose: (picture) => {
    if (picture < grid.count) grid.activate(picture);
    gridElement.focus();
  },
});
const gridElement = byId("grid");
const wishes = new Wishes({
  has: (picture) => pictures.has(picture),
  most: MAX_WANTED,
  send: ({ pictures, visible }) => send({ name: "want", folder, pictures, visible }),
});
const grid = new Grid({
  grid: gridElement,
  sheet: byId("sheet"),
  pictures,
  onRange: (range, upwards) => wishes.see({ range, upwards, count: grid.count }),
  onOpen: (picture) => viewer.open(picture),
});

const handlers: Handlers = {
  hello: (hello) => {
    hasDialog = hello.hasDialog;
    folderDialog.setPlaces(hello.places);
    status.hello(hello);
    panel.hello(hello);
    if (fill.checked) send({ name: "fill", on: true });
  },
  folder: (news) => {
    const isNew = news.folder !== folder;
    if (isNew) {
      folder = news.folder;
      pictures.clear();
      wishes.reset();
      viewer.close();
    }
    folderView.show(news);
    status.folder(news);
    if (isNew || news.count !== grid.count) grid.setCount(news.count, isNew);
  },
  names: (event) => {
    if (event.folder !== folder) return;
    for (const [picture, name] of event.names) {
      pictures.setName(picture, name);
      grid.refresh(picture);
    }
  },
  thumbnail: (event) => {
    if (event.folder === folder) settle(event.picture, { url: urlOf(event.octets) });
  },
  failed: (event) => {
    if (event.folder !== folder) return;
    if (event.large) viewer.failed(event);
    else settle(event.picture, { reason: event.reason });
  },
  view: (event) => {
    if (event.folder === folder) viewer.shown(event);
  },
  browsed: (event) => folderDialog.browsed(event),
  pulse: (event) => {
    panel.pulse(event);
    status.pulse(event);
  },
  programs: (event) => panel.programs(event),
  notice: ({ text, level }) => showNotice(text, level),
};

function settle(picture: number, state: Parameters<Pictures["set"]>[1]): void {
  pictures.set(picture, state, (other) => grid.isShown(other));
  grid.refresh(picture);
}

const fill = byId("fill", HTMLInputElement);
fill.addEventListener("change", () => send({ name: "fill", on: fill.checked }));
const size = byId("size", HTMLInputElement);
size.addEventListener("input", () => {
  grid.size = size.valueAsNumber;
});
listenToKeys(gridElement, grid, (picture) => viewer.open(picture));
setUpTheme(() => panel.themeChanged());
bridge.listen((event: GalleryEvent) => (handlers[event.name] as (event: GalleryEvent) => void)(event));
