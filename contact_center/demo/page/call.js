// Calls of the customer's telephone. What the receiver says is written as text, never as markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const say = (key) => data.texts[key];
  const over = (call) => !["ringing", "in-progress"].includes(call.status);
  let call = null;

  async function ask(path, method, fields) {
    try {
      const headers = { "Accept-Language": document.documentElement.lang };
      const body = fields ? new URLSearchParams(fields) : undefined;
      return await fetch(`/simulator/calls${path}`, { method, body, headers });
    } catch {
      return null;
    }
  }

  function status() {
    if (!call) return "";
    if (over(call)) return say("call_over");
    return call.talks_with.length > 0 ? say("call_talks") : say("call_on");
  }

  function draw() {
    const live = call !== null && !over(call);
    find("dial").disabled = live;
    for (const id of ["hang-up", "speak"]) find(id).disabled = !live;
    for (const key of find("keys").children) key.disabled = !live;
    find("call-status").textContent = status();
    const lines = (call?.heard ?? []).map((text) => Object.assign(document.createElement("li"), { textContent: text }));
    if (lines.length !== find("heard").children.length || lines.at(-1)?.textContent !== find("heard").lastChild?.textContent) {
      find("heard").replaceChildren(...lines);
      find("heard").scrollTop = find("heard").scrollHeight;
    }
  }

  async function refresh() {
    const reply = await ask(`?number=${encodeURIComponent(find("number").value || "Anonymous")}`, "GET");
    if (!reply?.ok) return;
    call = (await reply.json()).items.at(-1) ?? null;
    draw();
  }

  async function dial() {
    const reply = await ask("", "POST", { number: find("number").value, to: find("to").value });
    if (!reply?.ok) find("call-status").textContent = reply ? (await reply.json()).detail : say("unreachable");
    else refresh();
  }

  for (const key of "123456789*0#") {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: key });
    button.addEventListener("click", () => ask(`/${call.id}/keys`, "POST", { digits: key }));
    find("keys").append(button);
  }
  find("dial").addEventListener("click", dial);
  find("hang-up").addEventListener("click", () => ask(`/${call.id}`, "DELETE").then(refresh));
  find("say").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!call || !find("words").value.trim()) return;
    ask(`/${call.id}/words`, "POST", { text: find("words").value });
    find("words").value = "";
  });
  find("customer").addEventListener("change", refresh);
  find("number").addEventListener("change", refresh);
  draw();
  refresh();
  setInterval(refresh, 1000);
})();
