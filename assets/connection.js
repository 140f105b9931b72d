// When the connection breaks, Gradio says so in English and loads the page anew as soon as the server answers, with the
// tab as it is laid out: settings, texts and results would be lost without a word. Here the page stays as it is, says
// what happened in its own language, and goes on with the next click, because a server that is started again has the
// same events (demos/page/restart.py). The session's heartbeat, by which the server knows that its window is open, is
// read as an EventSource: it tells of the break at once and connects again by itself. All this has to run before Gradio's
// scripts.
const STARTS = 4096;
const plainFetch = window.fetch.bind(window), plainInterval = window.setInterval.bind(window);
let poll, heartbeat, known, asking = false;
window.fetch = (...given) => {
  const address = String(given[0]?.url ?? given[0]);
  if (address.includes("/gradio_api/queue/data")) { return answersOf(plainFetch(...given), given[1]?.signal); }
  if (!address.includes("/gradio_api/heartbeat/")) { return plainFetch(...given); }
  listenTo(address);
  return new Promise(() => {});
};
// The answers of a session come in one stream. Gradio takes it for open when it has broken, and waits for ever: end it
// as the server would, with an error for every question that has no answer yet.
function answersOf(asked, signal) {
  const source = asked.then((response) => response.body.getReader());
  source.catch(() => {});
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await (await source).read();
        if (done) { controller.close(); } else { controller.enqueue(value); }
      } catch (error) {
        if (signal?.aborted) { controller.error(error); return; }
        awaitServer();
        const message = document.querySelector("#connection .lost")?.textContent ?? "";
        const ends = [{ msg: "unexpected_error", message, success: false }, { msg: "close_stream" }];
        const lines = ends.map((end) => `\n\ndata: ${JSON.stringify(end)}\n\n`).join("");
        controller.enqueue(new TextEncoder().encode(lines));
        controller.close();
      }
    },
    async cancel(reason) { await (await source).cancel(reason); },
  });
  const kind = { "content-type": "text/event-stream" };
  return asked.then(
    ({ status, statusText, headers }) => new Response(body, { status, statusText, headers }),
    (error) => { if (signal?.aborted) { throw error; } return new Response(body, { headers: kind }); },
  );
}
const reloads = (work) => /\.reconnect\(\)/.test(String(work)) && /location\.reload/.test(String(work));
window.setInterval = (work, ...rest) => (reloads(work) ? awaitServer() : plainInterval(work, ...rest));
function listenTo(address) {
  heartbeat?.close();
  heartbeat = new EventSource(address);
  heartbeat.onerror = awaitServer;
}
function tellConnection(state) {
  const notice = document.getElementById("connection");
  if (notice) { notice.dataset.state = state; }
}
function closeLostToasts() {
  for (const toast of document.querySelectorAll(".toast-body")) {
    if (toast.innerText.includes("Connection to the server was lost")) { toast.querySelector("button")?.click(); }
  }
}
function awaitServer() {
  for (const after of [50, 500]) { setTimeout(closeLostToasts, after); }
  clearInterval(poll);
  poll = plainInterval(askServer, 1000);
  return poll;
}
async function askServer() {
  if (asking) { return; }  // a late answer must not contradict a newer one
  asking = true;
  const place = `${window.gradio_config.root}/gradio_api`;
  const answer = await plainFetch(`${place}/app_id`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  asking = false;
  known ??= window.gradio_config.app_id;
  if (answer?.ok) {
    const found = (await answer.json()).app_id;
    const isSameLayout = Math.floor(found / STARTS) === Math.floor(known / STARTS);
    const isTold = found === known && document.getElementById("connection")?.dataset.state !== "lost";
    clearInterval(poll);
    if (!isTold) { tellConnection(found === known ? "" : isSameLayout ? "back" : "changed"); }
    if (isSameLayout) { known = found; }  // each start is told once
    if (heartbeat?.readyState === EventSource.CLOSED) { listenTo(heartbeat.url); }
  } else if (answer?.status === 401) {  // the log-in is over: the page that is loaded anew asks for it
    clearInterval(poll);
    tellConnection("changed");
  } else {
    tellConnection("lost");
  }
}
document.addEventListener("click", () => {
  if (document.getElementById("connection")?.dataset.state === "back") { tellConnection(""); }
});
