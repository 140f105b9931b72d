// What runs in the browser beside Gradio: the address follows the tabs and folds, and the keys move sliders.

// Name the open tab in the address (?tab=vae). A click on a group opens the tab that was last open in it; Gradio shows
// it a moment later, so ask again every 40 ms, up to two seconds.
function openTab() {
  const selected = document.querySelectorAll('[role=tab][aria-selected=true][id$="-tab-button"]');
  return [...selected].find((button) => button.offsetParent);
}
function nameTab(clicked, attempts) {
  const opened = openTab();
  if (opened && clicked.getAttribute("aria-selected") === "true") {
    const address = new URL(window.location.href);
    address.searchParams.set("tab", opened.id.replace("-tab-button", ""));
    address.searchParams.delete("open");
    window.history.replaceState(null, "", address);
  } else if (attempts > 0) {
    setTimeout(nameTab, 40, clicked, attempts - 1);
  }
}
document.addEventListener("click", (event) => {
  const clicked = event.target.closest?.("#groups [role=tab]");
  if (clicked) { setTimeout(nameTab, 0, clicked, 50); }
});

// For the events of demos/page/parts.py: the ids of the folds that are open in a tab, and whether it is shown for the
// first time.
const isUnfolded = (fold) => fold.querySelector("[data-testid=accordion-content]")?.style.display !== "none";
function openFolds(method) {
  return [...document.querySelectorAll(`.fold[id^=${method}-]`)].filter(isUnfolded).map((fold) => fold.id).join(" ");
}
const viewed = new Set();
function firstView(method) {
  const first = !viewed.has(method);
  viewed.add(method);
  return first ? "first" : "";
}

// The address opens a fold (?tab=rotation&open=cheat) as soon as its tab is shown, and names the one last unfolded.
const asked = new URL(window.location.href).searchParams;
function unfold(attempts) {
  const fold = document.getElementById(`${asked.get("tab")}-${asked.get("open")}-fold`);
  const head = fold?.querySelector("button");
  if (head?.offsetParent) {
    head.click();
    head.scrollIntoView();
  } else if (attempts > 0) {
    setTimeout(unfold, 100, attempts - 1);
  }
}
if (asked.get("tab") && asked.get("open")) { setTimeout(unfold, 100, 300); }
document.addEventListener("click", (event) => {
  const fold = event.target.closest?.(".fold > button")?.parentElement;
  if (fold && !isUnfolded(fold)) {
    const address = new URL(window.location.href), method = openTab()?.id.replace("-tab-button", "");
    address.searchParams.set("tab", method);
    address.searchParams.set("open", fold.id.replace(`${method}-`, "").replace(/-fold$/, ""));
    window.history.replaceState(null, "", address);
  }
}, true);

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

// The link to the other language keeps the tab. It is set at the last moment, because Gradio may draw the link again.
function keepTab(event) {
  const link = event.target.closest?.("#language");
  if (link) { link.search = window.location.search; }
}
for (const name of ["pointerdown", "keydown", "click"]) { document.addEventListener(name, keepTab, true); }
