// The page beside the findings: drawn by pdf.js, with what was read outlined; and the findings kept up to date.

import { Sheet } from "./sheet.mjs";

const paper = document.getElementById("paper");
const title = document.getElementById("paper-name");
const said = document.getElementById("paper-said");
const close = document.getElementById("paper-close");
const larger = document.getElementById("paper-larger");
const files = JSON.parse(document.getElementById("files").textContent);
const narrow = matchMedia("(max-width: 60rem)");
const sheet = new Sheet(document.getElementById("paper-sheet"), paper.dataset);
let at = { file: Number(paper.dataset.file), page: Number(paper.dataset.page), boxes: paper.dataset.boxes, text: said.textContent };
let asked = null; // the link that opened the page: focus goes back to it
let pointing = null; // the form that waits for a place on the page

async function show(next) {
  at = next;
  const file = files[at.file];
  title.textContent = `${file.name}, page ${at.page} of ${file.pages}`;
  said.textContent = at.text ? `Outlined: ${at.text}` : "";
  for (const link of document.querySelectorAll("a.spot[aria-current]")) link.removeAttribute("aria-current");
  for (const [name, step] of [["prev", -1], ["next", 1]]) {
    const link = document.getElementById(`paper-${name}`);
    const page = at.page + step;
    link.href = `?file=${at.file}&page=${Math.min(Math.max(page, 1), file.pages)}#paper`;
    link.setAttribute("aria-disabled", String(page < 1 || page > file.pages));
  }
  const leave = document.getElementById("leave-out");
  if (leave) [leave.elements.file.value, leave.elements.page.value] = [file.name, at.page];
  await sheet.show(at, `${file.name}, page ${at.page}${at.text ? `, outlined: ${at.text}` : ""}`);
}

function place(link) {
  return { file: Number(link.dataset.file), page: Number(link.dataset.page), boxes: link.dataset.boxes, text: link.dataset.text };
}

function open(link) {
  asked = link;
  if (narrow.matches) {
    document.body.classList.add("paper-open");
    close.focus();
  }
  show(place(link));
  link.setAttribute("aria-current", "true");
}

function back() {
  document.body.classList.remove("paper-open");
  asked?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.spot");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    open(link);
  }
  const button = event.target.closest("[data-point]");
  if (button) point(button.closest("form"));
});
for (const [name, step] of [["prev", -1], ["next", 1]]) {
  document.getElementById(`paper-${name}`).addEventListener("click", (event) => {
    event.preventDefault();
    const page = at.page + step;
    if (page >= 1 && page <= files[at.file].pages) show({ file: at.file, page, boxes: "", text: "" });
  });
}
larger.addEventListener("click", () => {
  const on = larger.getAttribute("aria-pressed") !== "true";
  larger.setAttribute("aria-pressed", String(on));
  sheet.zoom = on ? 1.8 : 1;
  show(at);
});
close.addEventListener("click", back);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (pointing) unpoint();
  else if (document.body.classList.contains("paper-open")) back();
});
let resized;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => show(at), 250);
});

// Marking the proof of a criterion: drag a box over the words.
function point(form) {
  unpoint();
  pointing = form;
  paper.classList.add("pointing");
  if (narrow.matches) document.body.classList.add("paper-open");
  said.textContent = "Drag a box over the words that prove it. Escape leaves it.";
  sheet.point((box) => {
    const name = files[at.file].name;
    form.elements.evidence.value = JSON.stringify({ document: name, page: at.page, bbox: box });
    form.querySelector("[data-pointed]").textContent = `${name} p. ${at.page} marked`;
    unpoint();
    if (narrow.matches) document.body.classList.remove("paper-open");
    form.querySelector("[type=submit]").focus();
  });
}

function unpoint() {
  pointing = null;
  paper.classList.remove("pointing");
  sheet.point(null);
}

// The findings while the packet is made again, and after a decision.
let source = null;

function findings() {
  return document.getElementById("findings");
}

function follow() {
  source?.close();
  source = null;
  for (const one of document.querySelectorAll(".point")) one.hidden = false;
  const live = findings().dataset.live;
  if (!live) return;
  source = new EventSource(live);
  source.addEventListener("message", (event) => {
    if (!JSON.parse(event.data).settled) return;
    source.close();
    // Nobody asked for this: it must not keep a session alive.
    ask(findings().dataset.address, { headers: { "X-Rebut-Idle": "1" } });
  });
}

async function ask(address, options, form = null) {
  const headers = { "X-Part": "findings", Accept: "text/html", ...options.headers };
  let answer;
  try {
    answer = await fetch(address, { ...options, headers });
  } catch {
    if (form) complain(form, "The connection broke, so nothing was saved. Try again.");
    return;
  }
  if (answer.redirected || answer.status === 401) {
    location.assign(`/login?to=${encodeURIComponent(location.pathname)}`);
    return;
  }
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = told.getElementById("findings");
  if (fresh) put(document.adoptNode(fresh), form);
  else if (form) complain(form, told.querySelector("main p")?.textContent ?? "This could not be saved. Reload the page and try again.");
}

// New findings take the place of the old; forms that are open stay as they were filled in, and the row stays put.
function put(fresh, sent) {
  const done = sent && !fresh.querySelector(".refused") ? sent.closest("details.decide") : null;
  const kept = [...findings().querySelectorAll("details.decide[open]")].filter((one) => one !== done);
  const focused = document.activeElement;
  const row = (sent ?? focused)?.closest?.("#findings [id]");
  const [id, top] = [row?.id, row?.getBoundingClientRect().top];
  findings().replaceWith(fresh);
  for (const one of kept) {
    const place = document.getElementById(one.id);
    const revision = place?.querySelector("[name=revision]")?.value;
    if (!place) continue;
    for (const input of one.querySelectorAll("[name=revision]")) input.value = revision;
    place.replaceWith(one);
  }
  const now = id && document.getElementById(id);
  if (now) scrollBy(0, now.getBoundingClientRect().top - top);
  if (focused?.isConnected) focused.focus({ preventScroll: true });
  else if (now) (now.querySelector("a, summary") ?? now).focus({ preventScroll: true });
  fresh.querySelector(".refused")?.scrollIntoView({ block: "center" });
  follow();
}

function complain(form, words) {
  form.querySelector(".alarm")?.remove();
  const note = document.createElement("p");
  note.className = "alarm";
  note.setAttribute("role", "alert");
  note.textContent = words;
  form.append(note);
  for (const button of form.querySelectorAll("button")) button.disabled = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-decide]");
  if (!form) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  ask(form.action, { method: "POST", body }, form);
});
addEventListener("pagehide", () => source?.close());

if (narrow.matches) {
  // A page as wide as a telephone cannot be read: the words that are outlined come first.
  sheet.zoom = 1.8;
  larger.setAttribute("aria-pressed", "true");
}
larger.hidden = false;
close.hidden = false;
document.documentElement.classList.add("scripted");
follow();
show(at);
