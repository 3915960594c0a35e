// The customer's side. Everything that came from a mail is written as text, never as markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (id) => document.getElementById(id);
  const say = (key, values = {}) => data.texts[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const make = (tag, text, properties = {}) => Object.assign(document.createElement(tag), { textContent: text }, properties);
  let answers = "";
  let shown = "";

  const customer = find("customer");
  for (const one of data.customers) customer.append(new Option(`${one.name} <${one.address}>`, one.address));
  customer.append(new Option(say("somebody_else"), ""));
  for (const address of data.mailboxes) find("mailboxes").append(new Option(address));
  find("to").value = data.mailboxes[0];

  function become() {
    const known = data.customers.find((one) => one.address === customer.value);
    find("name").value = known ? known.name : "";
    find("address").value = known ? known.address : "";
    newMail();
    refresh();
  }

  function newMail() {
    answers = "";
    find("answering").hidden = true;
  }

  function answer(mail) {
    answers = mail.id;
    find("to").value = mail.answer_to;
    find("subject").value = /^(re|回复)[:：]/i.test(mail.subject) ? mail.subject : `Re: ${mail.subject}`;
    find("answering-text").textContent = say("answering", { subject: mail.subject });
    find("answering").hidden = false;
    find("text").value = "";
    find("text").focus();
  }

  for (const sample of data.samples) {
    const button = make("button", sample.label, { type: "button" });
    button.addEventListener("click", () => {
      newMail();
      find("to").value = sample.to;
      find("subject").value = sample.subject;
      find("text").value = sample.text;
    });
    find("samples").append(button);
  }

  async function send(count) {
    const form = new FormData();
    for (const id of ["name", "address", "to", "subject", "text"]) form.append(id, find(id).value);
    form.append("answers", answers);
    form.append("count", String(count));
    for (const file of find("files").files) form.append("file", file, file.name);
    const buttons = document.querySelectorAll(".buttons button");
    buttons.forEach((button) => (button.disabled = true));
    find("status").textContent = say("sending");
    try {
      const reply = await fetch("/simulator/mail", { method: "POST", body: form, headers: { "Accept-Language": document.documentElement.lang } });
      const body = await reply.json();
      find("status").textContent = reply.ok ? say("sent", { count: body.sent }) : body.detail;
      if (reply.ok) {
        find("files").value = "";
        find("text").value = "";
        newMail();
      }
    } catch {
      find("status").textContent = say("unreachable");
    } finally {
      buttons.forEach((button) => (button.disabled = false));
    }
  }

  function card(mail) {
    const item = document.createElement("li");
    item.dataset.id = mail.id;
    item.append(make("h3", mail.subject || say("no_subject")));
    const at = new Date(mail.at).toLocaleString(document.documentElement.lang);
    item.append(make("p", `${mail.from} → ${mail.to.join(", ")} · ${at}`, { className: "about" }));
    item.append(make("pre", mail.text));
    if (mail.attachments.length) item.append(make("p", `${say("attached")} ${mail.attachments.join(", ")}`, { className: "about" }));
    const reply = make("button", say("reply"), { type: "button" });
    reply.addEventListener("click", () => answer(mail));
    item.append(reply, " ", make("a", say("source"), { href: `/simulator/mailbox/${mail.id}` }));
    return item;
  }

  async function refresh() {
    const to = find("everybody").checked ? "" : find("address").value.trim();
    try {
      const reply = await fetch(`/simulator/mailbox?to=${encodeURIComponent(to)}`);
      const { items } = await reply.json();
      const now = `${to}|${items.map((mail) => mail.id).join()}`;
      if (now === shown) return;
      shown = now;
      find("box").replaceChildren(...items.map(card));
      find("empty").hidden = items.length > 0;
    } catch {
      // The server restarts; the next look finds it again.
    }
  }

  customer.addEventListener("change", become);
  find("address").addEventListener("change", refresh);
  find("everybody").addEventListener("change", refresh);
  find("new-mail").addEventListener("click", newMail);
  find("write").addEventListener("submit", (event) => {
    event.preventDefault();
    send(1);
  });
  find("send-many").addEventListener("click", () => send(data.many));
  become();
  setInterval(refresh, 1500);
})();
