// What Gradio says in English on every page while an event waits or runs, in the page's language.
const STATUS = {
  zh: [
    [/^queue: (\d+)\/(\d+) \|$/, (place, of) => `排队：第 ${place} 位，共 ${of} 位 |`],
    [/^processing \|$/, () => "计算中 |"],
  ],
  en: [[/^queue: (\d+)\/(\d+) \|$/, (place, of) => `waiting: number ${place} of ${of} |`]],
};
function sayStatus(node) {
  for (const [pattern, words] of STATUS[document.documentElement.lang.slice(0, 2)] ?? []) {
    const found = pattern.exec(node.data.trim());
    if (found) { node.data = words(...found.slice(1)); }
  }
}
const statusTexts = new MutationObserver((changes) => changes.forEach((change) => sayStatus(change.target)));
const isStatus = (node) => node.nodeType === Node.TEXT_NODE && /^(queue: |processing)/.test(node.data.trim());
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const added of change.addedNodes) {
      const text = added.parentElement?.closest(".progress-text") ? added : added.querySelector?.(".progress-text");
      for (const node of text?.nodeType === Node.TEXT_NODE ? [text] : text?.childNodes ?? []) {
        if (isStatus(node)) {
          sayStatus(node);
          statusTexts.observe(node, { characterData: true });  // Gradio writes the next place into the same node
        }
      }
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });
