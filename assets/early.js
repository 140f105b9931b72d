// What an address decides before anything is drawn: the language, and what a teacher's link hides. Runs before Gradio.
(() => {
  const asked = new URLSearchParams(window.location.search);
  const path = window.location.pathname.replace(/\/+$/, "");
  const root = path.replace(/\/zh$/, ""), shown = path === root ? "en" : "zh";

  // ?lang=zh, for places that link to no inner path, such as the page of a Hugging Face Space.
  const language = asked.get("lang");
  if (["en", "zh"].includes(language) && language !== shown) {
    asked.delete("lang");
    window.stop();
    window.location.replace(`${root}${language === "zh" ? "/zh" : "/"}?${asked}${window.location.hash}`);
    return;
  }

  // ?hide=2,4 and ?only=1
  const rules = (asked.get("hide") ?? "").split(",").filter((step) => /^[1-4]$/.test(step))
    .map((step) => `[id$="-step${step}"] { display: none !important; }`);
  if (asked.get("only") === "1") {
    rules.push('#groups > .tab-wrapper, [id$="-tabs"] > .tab-wrapper { display: none !important; }');
    const tab = asked.get("tab") ?? "";
    // Gradio opens the first tab and then the one of the address.
    if (/^\w+$/.test(tab)) { rules.push(`.tabitem[id$="-tab"]:not(#${tab}-tab) { visibility: hidden; }`); }
  }
  if (rules.length) {
    const sheet = document.createElement("style");
    sheet.id = "teacher";
    sheet.textContent = rules.join("\n");
    document.head.append(sheet);
  }
})();
