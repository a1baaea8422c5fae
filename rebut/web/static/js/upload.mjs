// Files chosen, dropped or photographed, sent as one form with a bar for each. Without this the form sends itself.

const form = document.getElementById("upload");
const input = document.getElementById("files");
const camera = document.getElementById("camera");
const drop = document.getElementById("drop");
const list = document.getElementById("sending");
const trouble = document.getElementById("trouble");
const said = document.getElementById("said");
const send = document.getElementById("send");
const limit = Number(form.dataset.limitMb) * 1024 * 1024;
const chosen = []; // {file, row, bar, note}
let busy = false;

document.documentElement.classList.add("scripted");
input.required = false;
if (matchMedia("(pointer: coarse)").matches) document.querySelector("label.camera").hidden = false;

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function element(name, words, attributes = {}) {
  const made = document.createElement(name);
  if (words) made.textContent = words;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function add(files) {
  say("");
  for (const file of files) {
    if (chosen.some((at) => at.file.name === file.name && at.file.size === file.size)) continue;
    const one = { file, row: element("li"), bar: element("progress", "", { max: "100", value: "0", "aria-label": `${file.name} sent` }), note: element("span", size(file.size), { class: "small" }) };
    const remove = element("button", "Remove", { type: "button", class: "quiet", "aria-label": `Remove ${file.name}` });
    remove.addEventListener("click", () => {
      chosen.splice(chosen.indexOf(one), 1);
      one.row.remove();
      tell();
      input.focus();
    });
    one.row.append(element("span", file.name, { class: "name" }), one.note, remove, one.bar);
    list.append(one.row);
    chosen.push(one);
  }
  input.value = camera.value = "";
  tell();
}

function tell() {
  const all = chosen.reduce((sum, at) => sum + at.file.size, 0);
  said.textContent = chosen.length ? `${chosen.length} ${chosen.length === 1 ? "file" : "files"}, ${size(all)}` : "";
  if (all > limit) say(`These are ${size(all)} together; at most ${form.dataset.limitMb} MB can be sent at once. Remove what this case does not need.`);
}

function say(words, link) {
  trouble.textContent = words;
  if (link) trouble.append(" ", link);
  trouble.hidden = !words;
}

function progress(loaded, total) {
  // The parts travel in order; what stands between them is a few hundred bytes.
  let left = loaded - Math.max(0, total - chosen.reduce((sum, at) => sum + at.file.size, 0));
  for (const at of chosen) {
    const share = at.file.size ? Math.min(1, Math.max(0, left / at.file.size)) : 1;
    at.bar.value = Math.round(100 * share);
    at.note.textContent = share === 1 ? `${size(at.file.size)}, sent` : share > 0 ? `${at.bar.value} % of ${size(at.file.size)}` : size(at.file.size);
    left -= at.file.size;
  }
}

function setBusy(now) {
  busy = now;
  send.disabled = now;
  send.textContent = now ? "Sending…" : "Send";
  form.classList.toggle("busy", now);
}

function answered(request) {
  let told = {};
  try {
    told = JSON.parse(request.responseText);
  } catch {
    // an answer of a proxy: its status says enough
  }
  if (request.status === 202) {
    location.assign(told.address);
    return;
  }
  setBusy(false);
  progress(0, 0);
  if (told.case) {
    const link = element("a", "Open that case", { href: told.address });
    say("All of these files are already in a case, so no second one was made.", link);
    const again = element("button", "Make a second case all the same", { type: "button", class: "secondary" });
    again.addEventListener("click", () => transmit(true));
    trouble.append(" ", again);
  } else if (request.status === 401) {
    say("Your session has ended.", element("a", "Sign in again", { href: `/login?to=${encodeURIComponent(location.pathname)}` }));
  } else {
    say(told.error ? told.error.message : `The server refused the files (${request.status}). Wait a minute and send them again.`);
  }
}

function transmit(again) {
  say("");
  const body = new FormData();
  for (const field of form.querySelectorAll("input[type=hidden]")) body.append(field.name, field.value);
  if (again) body.append("again", "yes");
  for (const at of chosen) body.append("files", at.file, at.file.name);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (at) => progress(at.loaded, at.total));
  request.upload.addEventListener("load", () => {
    said.textContent = "Received. Making it durable…";
  });
  request.addEventListener("load", () => answered(request));
  request.addEventListener("error", () => {
    setBusy(false);
    say("The connection broke while sending. Press Send again: nothing is kept twice.");
  });
  setBusy(true);
  request.send(body);
}

input.addEventListener("change", () => add(input.files));
camera.addEventListener("change", () => add(camera.files));
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  add(event.dataTransfer.files);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy) return;
  if (!chosen.length) {
    say("Choose the files first: the denial letter, the chart and the payer's policy.");
    input.focus();
    return;
  }
  transmit(false);
});
