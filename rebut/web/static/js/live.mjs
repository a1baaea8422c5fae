// The progress of a case, live. Each event tells everything, so a connection that broke has missed nothing.

const steps = document.getElementById("steps");
const said = document.getElementById("live-said");
const words = { waiting: "waiting", working: "at work", done: "done", failed: "failed" };
const source = new EventSource(steps.dataset.live);

source.addEventListener("message", (event) => {
  const now = JSON.parse(event.data);
  for (const step of now.steps ?? []) {
    const row = steps.querySelector(`[data-step="${step.name}"]`);
    if (row.className !== step.state && step.state === "working") said.textContent = `${step.label}…`;
    row.className = step.state;
    row.querySelector(".note").textContent = step.note;
    row.querySelector(".state").textContent = words[step.state];
  }
  if (now.settled) {
    source.close();
    location.reload();
  }
});
addEventListener("pagehide", () => source.close());
