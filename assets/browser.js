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

// The link to the other language keeps the tab. It is set at the last moment, because Gradio may draw the link again.
function keepTab(event) {
  const link = event.target.closest?.("#language");
  if (link) { link.search = window.location.search; }
}
for (const name of ["pointerdown", "keydown", "click"]) { document.addEventListener(name, keepTab, true); }
