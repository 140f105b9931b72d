// What runs in the browser beside Gradio: keys move sliders, names for screen readers, sound inputs that take videos.
// What belongs to the address is in links.js.

// The nearest pictures of the comparison are buttons with the place of their picture: a click tells the server which one,
// and marks the same picture wherever it stands.
function placesClicked(element, trigger) {
  element.addEventListener("click", (event) => {
    const clicked = event.target.closest?.("[data-place]");
    if (!clicked) { return; }
    for (const each of element.querySelectorAll("[data-place]")) {
      each.setAttribute("aria-pressed", each.dataset.place === clicked.dataset.place);
    }
    trigger("select", { index: Number(clicked.dataset.place), value: "" });
  });
}

// Gradio's sliders report a release when a pointer is released, but not when a key is: send them a pointer's.
document.addEventListener("keyup", (event) => {
  const moved = /^(Arrow|Page|Home|End)/.test(event.key) && event.target.matches?.("input[type=range]");
  if (moved) { event.target.dispatchEvent(new PointerEvent("pointerup", { bubbles: true })); }
});

// Names for screen readers where Gradio gives none: a picture and the button around it take the label of their block, a
// figure is read as its title and numbers.
const READ_POINTS = 40;
const plain = (text) => String(text ?? "").replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
function blockLabel(item) {
  const block = item.closest(".block");
  const shown = block?.querySelector("[data-testid=block-label], [data-testid=block-info]")?.innerText;
  const hidden = () => window.gradio_config?.components.find((each) => block?.id && each.props.elem_id === block.id);
  return plain(shown) || plain(hidden()?.props.label);
}
function inWords(value, axis) {
  if (typeof value !== "number") { return plain(value); }
  return axis?.tickformat?.endsWith("%") ? `${(100 * value).toFixed(1)}%` : String(Number(value.toPrecision(3)));
}
function traceInWords(trace, layout) {
  const points = [];
  if (trace.z) {
    trace.z.forEach((row, i) => row.forEach((value, j) => {
      points.push(`${inWords(trace.y?.[i] ?? i + 1)}, ${inWords(trace.x?.[j] ?? j + 1)}: ${inWords(value)}`);
    }));
  } else {
    (trace.x ?? []).forEach((x, i) => {
      points.push(`${inWords(x, layout.xaxis)}: ${inWords(trace.y?.[i], layout.yaxis)}`);
    });
  }
  const more = points.length > READ_POINTS ? [`… (${points.length})`] : [];
  return [plain(trace.showlegend ? trace.name : ""), points.slice(0, READ_POINTS).concat(more).join("; ")].filter(Boolean).join(": ");
}
function figureInWords(plot) {
  const traces = (plot._fullData ?? []).map((trace) => traceInWords(trace, plot._fullLayout ?? {}));
  return [plain(plot.layout?.title?.text), ...traces].filter(Boolean).join(". ");
}
function giveNames() {
  for (const picture of document.querySelectorAll(".block img:not([alt]), .block img[alt='']")) {
    picture.alt = blockLabel(picture);
  }
  for (const button of document.querySelectorAll(".block button:not([aria-label])")) {
    const name = button.innerText.trim() || button.title ? "" : button.querySelector("img")?.alt || blockLabel(button);
    if (name) { button.setAttribute("aria-label", name); }
  }
  for (const empty of document.querySelectorAll(".empty[aria-label]:not([role])")) { empty.setAttribute("role", "img"); }
  for (const plot of document.querySelectorAll(".js-plotly-plot")) {
    const drawing = plot.querySelector(".main-svg");
    drawing?.setAttribute("role", "img");
    drawing?.setAttribute("aria-label", figureInWords(plot) || blockLabel(plot));
  }
}
let naming;
new MutationObserver(() => {
  clearTimeout(naming);
  naming = setTimeout(giveNames, 250);
}).observe(document.documentElement, { childList: true, subtree: true });

// A page that embeds this one in a frame may forbid the microphone. Chromium says so, other browsers when it is asked for.
function forbidMicrophone() { document.documentElement.classList.add("no-microphone"); }
if (window.top !== window) {
  const devices = navigator.mediaDevices;
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  if (!devices?.getUserMedia || policy?.allowsFeature("microphone") === false) { forbidMicrophone(); }
  if (devices?.getUserMedia) {
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (wanted) => ask(wanted).catch((error) => {
      if (wanted?.audio && error.name === "NotAllowedError") { forbidMicrophone(); }
      throw error;
    });
  }
}

// Gradio's sound inputs offer and take files of type audio/* only. A phone's video has sound as well, and a browser may
// not know the type of an AMR or CAF: offer all of them, and call sound what was chosen or dropped. The server decides.
const SOUND_FILES = "audio/*,video/*,.m4a,.amr,.caf,.webm,.mkv,.opus,.flac";
const soundInput = (element) => element?.closest?.(".takes-video")?.querySelector("input[type=file]");
const isSound = (file) => file.type.startsWith("audio/");
document.addEventListener("click", (event) => {
  const input = soundInput(event.target);
  if (input) { input.accept = SOUND_FILES; }
}, true);
document.addEventListener("change", (event) => {
  const input = soundInput(event.target);
  if (!input || event.target !== input || [...input.files].every(isSound)) { return; }
  const given = new DataTransfer();
  for (const file of input.files) { given.items.add(new File([file], file.name, { type: "audio/unknown" })); }
  input.files = given.files;
}, true);
document.addEventListener("drop", (event) => {
  const input = soundInput(event.target), files = event.dataTransfer?.files;
  if (!input || !files?.length || [...files].every(isSound)) { return; }
  event.preventDefault();
  event.stopPropagation();
  input.files = files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}, true);
