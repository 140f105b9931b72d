// The address of the page: it names the open tab and its folds, and a link holds every setting of a tab as well.
// demos/page/links.py reads it, demos/page/sharing.py has the buttons; early.js has what comes before the page.

// The path that the page lies under, such as /pretext behind a proxy, with or without a slash at its end.
const pageRoot = () => window.location.pathname.replace(/\/+$/, "").replace(/\/zh$/, "");
const pagePath = (language) => pageRoot() + (language === "zh" ? "/zh" : "/");
const pageLanguage = () => (/\/zh\/*$/.test(window.location.pathname) ? "zh" : "en");

// Gradio says that the page is in the language of the browser, which would then not offer the right translation.
const ownLanguage = pageLanguage() === "zh" ? "zh-Hans" : "en";
function nameLanguage() {
  if (document.documentElement.lang !== ownLanguage) { document.documentElement.lang = ownLanguage; }
}
new MutationObserver(nameLanguage).observe(document.documentElement, { attributeFilter: ["lang"] });
nameLanguage();

// Change the address. A Space lies in a frame of Hugging Face, which takes over the query from a message: it has no
// inner paths, so the query names the language.
const HUB = "https://huggingface.co";
function setAddress(address) {
  window.history.replaceState(null, "", address);
  const around = window.location.ancestorOrigins?.[0] ?? document.referrer;
  if (window.parent !== window && around.startsWith(HUB)) {
    const outer = new URLSearchParams(address.search);
    if (pageLanguage() !== "en") { outer.set("lang", pageLanguage()); }
    window.parent.postMessage({ queryString: outer.toString(), hash: address.hash }, HUB);
  }
}

// Name the open tab in the address (?tab=vae). A click on a group opens the tab that was last open in it; Gradio shows
// it a moment later, so ask again every 40 ms, up to two seconds. What was set on another tab goes.
const OF_ALL_TABS = ["hide", "only", "__theme"];
function openTab() {
  const selected = document.querySelectorAll('[role=tab][aria-selected=true][id$="-tab-button"]');
  return [...selected].find((button) => button.offsetParent);
}
const openMethod = () => openTab()?.id.replace("-tab-button", "");
function nameTab(clicked, attempts) {
  const opened = openMethod();
  if (opened && clicked.getAttribute("aria-selected") === "true") {
    const address = new URL(window.location.href);
    if (address.searchParams.get("tab") !== opened) {
      for (const name of [...address.searchParams.keys()]) {
        if (!OF_ALL_TABS.includes(name)) { address.searchParams.delete(name); }
      }
      address.searchParams.set("tab", opened);
      setAddress(address);
    }
  } else if (attempts > 0) {
    setTimeout(nameTab, 40, clicked, attempts - 1);
  }
}
document.addEventListener("click", (event) => {
  const clicked = event.target.closest?.("#groups [role=tab]");
  if (clicked) { setTimeout(nameTab, 0, clicked, 50); }
});

// For the events of demos/page/parts.py: whether a tab is shown for the first time, and which folds are open. A tab that
// the address has settings for is answered by another event, to the click on a hidden button. What that event changes is
// answered already: until the visitor does something himself, "link" is among the folds, and changes ask nothing.
const asked = new URL(window.location.href).searchParams;
const isUnfolded = (fold) => fold.querySelector("[data-testid=accordion-content]")?.style.display !== "none";
const foldsOf = (method) => [...document.querySelectorAll(`.fold[id^=${method}-]`)];
const NO_SETTINGS = ["tab", "open", "lang", "run", "__theme"];
const hasSettings = [...asked.keys()].some((name) => !NO_SETTINGS.includes(name));
// What the address may name that is not there: the first tab says so, and unknown folds hold up no others.
const isLaidOut = (id) => (window.gradio_config?.components ?? []).some((each) => each.props?.elem_id === id);
const foldsAsked = () => (asked.get("open") ?? "").split(",").filter(Boolean);
const isKnownFold = (name) => isLaidOut(`${asked.get("tab")}-${name}-fold`);
const isLost = () => asked.get("tab") !== null && !isLaidOut(`${asked.get("tab")}-tab`);
const viewed = new Set(), answered = new Set();
let beingSet = "";
function firstView(method) {
  if (viewed.has(method)) { return ""; }
  const lost = !viewed.size && isLost();
  const linked = (asked.get("tab") ?? (viewed.size ? "" : method)) === method;
  viewed.add(method);
  if (lost) { document.getElementById("teacher")?.remove(); } // it hides all tabs but the one that is not there
  if (!lost && !(linked && (hasSettings || !foldsAsked().every(isKnownFold)))) { return "first"; }
  beingSet = method;
  openLink(method, 300);
  return "";
}
function openLink(method, attempts) {
  const button = document.getElementById(`${method}-opened`);
  if (button) { button.click(); } else if (attempts > 0) { setTimeout(openLink, 100, method, attempts - 1); }
}
const linkQuery = () => `?${asked}`;
function linkDone(method) { answered.add(method); }
for (const name of ["pointerdown", "keydown", "click", "input", "drop", "paste"]) {
  document.addEventListener(name, (event) => { if (event.isTrusted) { beingSet = ""; } }, true);
}
function openFolds(method) {
  const open = foldsOf(method).filter(isUnfolded).map((fold) => fold.id);
  return [...open, ...(beingSet === method ? ["link"] : [])].join(" ");
}

// The address opens folds (?tab=rotation&open=cheat,grow): at once, or after its settings have been answered, so that
// what a fold asks is asked with them. It names the folds that are open.
function unfold(names, attempts, first = true) {
  if (!names.length) { return; }
  const fold = document.getElementById(`${asked.get("tab")}-${names[0]}-fold`);
  const head = fold?.querySelector("button");
  if (head?.offsetParent && (!hasSettings || answered.has(asked.get("tab")))) {
    if (!isUnfolded(fold)) { head.click(); }
    if (first) { head.scrollIntoView(); }
    // On a busy machine Gradio may still be laying out the page, and close the fold again.
    setTimeout(() => { if (fold.isConnected && !isUnfolded(fold)) { head.click(); } }, 1500);
    setTimeout(unfold, 100, names.slice(1), attempts, false);
  } else if (attempts > 0) {
    setTimeout(unfold, 100, names, attempts - 1, first);
  }
}
setTimeout(() => unfold(foldsAsked().filter(isKnownFold), 300), 100);
const foldNames = (method, folds) =>
  folds.map((fold) => fold.id.slice(method.length + 1).replace(/-fold$/, "")).join(",");
document.addEventListener("click", (event) => {
  const fold = event.target.closest?.(".fold > button")?.parentElement, method = openMethod();
  if (!fold || !method) { return; }
  const address = new URL(window.location.href);
  const open = foldsOf(method).filter((each) => isUnfolded(each) !== (each === fold)); // as they are after the click
  address.searchParams.set("tab", method);
  address.searchParams.set("open", foldNames(method, open));
  if (!open.length) { address.searchParams.delete("open"); }
  setAddress(address);
}, true);

// The link to the other language keeps the address. It is set at the last moment, because Gradio may draw it again.
function keepAddress(event) {
  const link = event.target.closest?.("#language");
  if (!link) { return; }
  const address = new URL(window.location.href);
  if (address.searchParams.has("lang")) { address.searchParams.delete("lang"); }
  link.href = pagePath(link.lang) + address.search;
}
for (const name of ["pointerdown", "keydown", "click"]) { document.addEventListener(name, keepAddress, true); }

// "Copy link": everything that differs from how the tab is laid out. `known` is what demos/page/sharing.py says of the
// tab, `given` are the values of its controls, then the link of a shared training.
function asText(value) {
  if (typeof value === "boolean") { return value ? "1" : "0"; }
  if (typeof value === "number") { return String(Number(value.toPrecision(12))); }
  return Array.isArray(value) ? value.map(asText).join(",") : String(value ?? "");
}
const isOwnRun = (value) => typeof value === "string" && value.startsWith("run:");
function linkOf(known, given) {
  const params = new URLSearchParams({ tab: known.method }), notes = [], texts = [];
  const open = foldNames(known.method, foldsOf(known.method).filter(isUnfolded));
  if (open) { params.set("open", open); }
  known.names.forEach((name, i) => {
    const value = asText(given[i]);
    if (given[i] === null || value === asText(known.usual[i])) { return; } // null: a box that was emptied
    if (isOwnRun(given[i]) || (known.media.includes(name) && !value)) {
      notes.push(known.says.own);
    } else {
      params.set(name, value);
      if (typeof given[i] === "string") { texts.push(name); }
    }
  });
  const now = new URL(window.location.href).searchParams, training = given[known.names.length] ?? "";
  const run = new URLSearchParams(training.split("?")[1] ?? "").get("run") ??
    (now.get("tab") === known.method ? now.get("run") : null);
  if (run) { params.set("run", run); }
  const page = window.location.origin + pagePath(pageLanguage());
  const written = () => `${page}?${params.toString().replaceAll("%2C", ",").replaceAll("%2F", "/")}`;
  texts.sort((one, other) => params.get(other).length - params.get(one).length);
  while (written().length > known.longest && texts.length) {
    params.delete(texts.shift());
    notes.push(known.says.long);
  }
  setAddress(new URL(written()));
  return [written(), [...new Set(notes)]];
}
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // on a page without https, or in a frame that may not
    const field = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
const seen = (value) => ({ __type__: "update", visible: value !== "", value });
const linkShown = (link, notes) => [seen(link), seen(notes.join(" "))];
async function copyLink(known, given) {
  const [link, notes] = linkOf(known, given);
  return linkShown(link, [await copied(link) ? known.says.copied : known.says.by_hand, ...notes]);
}
function showLink(known, given) {
  return linkShown(...linkOf(known, given));
}
