// Line icons on a grid of 24.
const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  panel: "M4 5h16v14H4zM9.5 5v14",
  plus: "M12 5v14M5 12h14",
  upload: "M12 15V4M7.5 8.5 12 4l4.5 4.5M5 15v4h14v-4",
  download: "M12 4v11M7.5 10.5 12 15l4.5-4.5M5 17v3h14v-3",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.7v4.6M9 14.7v4.6",
  down: "M12 5v14M6 13l6 6 6-6",
  clip: "M19 11.5 12.3 18a4.3 4.3 0 0 1-6-6L13 5.3a2.9 2.9 0 0 1 4 4L10.5 15.8a1.4 1.4 0 0 1-2-2L14 8.3",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7.5 7.5h9v9h-9z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M5 12.5 10 17.5 19.5 7",
  edit: "M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4",
  again: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4.5H15",
  forward: "M5 6v12l8-6zM13.5 6v12l6.5-6z",
  left: "M14.5 6l-6 6 6 6",
  right: "M9.5 6l6 6-6 6",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7",
  close: "M6 6l12 12M18 6 6 18",
  file: "M7 3.5h7l4 4V20.5H7zM14 3.5V8h4",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "glyph");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
