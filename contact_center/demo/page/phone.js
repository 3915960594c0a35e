// The customer's telephone. Everything that came in a text is written as text, never as markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const say = (key) => data.texts[key];
  let shown = "";

  for (const one of data.customers) find("customer").append(new Option(`${one.name} ${one.number}`, one.number));
  find("customer").append(new Option(say("somebody_else"), ""));
  for (const one of data.numbers) find("to").append(new Option(`${one.name} ${one.number}`, one.number));
  for (const one of data.troubles) find("trouble").append(new Option(one.label, one.name));

  function become() {
    find("number").value = find("customer").value;
    refresh();
  }

  async function post(path, method, fields) {
    try {
      const headers = { "Accept-Language": document.documentElement.lang };
      return await fetch(path, { method, body: new URLSearchParams(fields), headers });
    } catch {
      return null;
    }
  }

  async function send(text) {
    find("status").textContent = say("sending");
    const reply = await post("/simulator/texts", "POST", { number: find("number").value, to: find("to").value, text });
    if (reply?.ok) {
      find("status").textContent = "";
      find("text").value = "";
      refresh();
    } else {
      find("status").textContent = reply ? (await reply.json()).detail : say("unreachable");
    }
  }

  function bubble(one) {
    const mine = one.from === find("number").value;
    const item = Object.assign(document.createElement("li"), { textContent: one.text, className: mine ? "mine" : "" });
    const at = new Date(one.at).toLocaleTimeString(document.documentElement.lang);
    item.append(Object.assign(document.createElement("small"), { textContent: at }));
    return item;
  }

  async function refresh() {
    const number = find("number").value;
    try {
      const reply = await fetch(`/simulator/texts?number=${encodeURIComponent(number)}`);
      const { items, trouble } = await reply.json();
      find("trouble").value = trouble;
      const now = `${number}|${items.map((one) => one.id).join()}`;
      if (now === shown) return;
      shown = now;
      find("texts").replaceChildren(...items.map(bubble));
      find("texts").scrollTop = find("texts").scrollHeight;
      find("empty").hidden = items.length > 0;
    } catch {
      // The server restarts; the next look finds it again.
    }
  }

  find("customer").addEventListener("change", become);
  find("number").addEventListener("change", refresh);
  find("trouble").addEventListener("change", () => post("/simulator/trouble", "PUT", { name: find("trouble").value }));
  find("write").addEventListener("submit", (event) => {
    event.preventDefault();
    send(find("text").value);
  });
  find("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send(find("text").value);
    }
  });
  find("stop").addEventListener("click", () => send(say("stop_word")));
  find("start").addEventListener("click", () => send(say("start_word")));
  become();
  setInterval(refresh, 1500);
})();
