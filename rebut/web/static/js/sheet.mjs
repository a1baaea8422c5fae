// One page of a file on a canvas. Boxes are drawn over it in points of the page as shown, so nothing is converted:
// the picture over the canvas has the page's own size as its coordinates, whatever its rotation and crop box.

const SVG = "http://www.w3.org/2000/svg";
const ROOM = 2; // points between the words and their outline
const MOST_PIXELS = 12_000_000;

export class Sheet {
  zoom = 1;
  #place;
  #told;
  #library = null;
  #opened = new Map(); // file -> document
  #task = null;
  #turn = 0;
  #pointed = null;

  constructor(place, told) {
    this.#place = place;
    this.#told = told;
  }

  async show(at, label) {
    const turn = ++this.#turn;
    this.#task?.cancel();
    this.#place.dataset.busy = "";
    try {
      const page = await (await this.#document(at.file)).getPage(at.page);
      if (turn !== this.#turn) return;
      await this.#draw(page, at, label);
    } catch (error) {
      if (error?.name === "RenderingCancelledException" || turn !== this.#turn) return;
      this.#picture(at, label); // a browser too old for pdf.js, or a file that it cannot open
    }
    if (turn === this.#turn) delete this.#place.dataset.busy;
  }

  // Call with what takes a box [x0, top, x1, bottom], or with null to end it.
  point(take) {
    this.#pointed = take;
  }

  async #document(file) {
    if (!this.#library) {
      this.#library = await import(this.#told.pdfjs);
      this.#library.GlobalWorkerOptions.workerSrc = this.#told.worker;
    }
    if (!this.#opened.has(file)) this.#opened.set(file, this.#open(file));
    return this.#opened.get(file);
  }

  async #open(file) {
    const answer = await fetch(`/cases/${this.#told.case}/files/${file}.pdf`);
    if (!answer.ok) throw new Error(`the file was refused: ${answer.status}`);
    const task = this.#library.getDocument({
      data: await answer.arrayBuffer(),
      standardFontDataUrl: this.#told.fonts,
      wasmUrl: this.#told.wasm,
      isEvalSupported: false,
      enableXfa: false,
      verbosity: 0, // what is odd in a stranger's file is no news
    });
    return task.promise;
  }

  async #draw(page, at, label) {
    const plain = page.getViewport({ scale: 1 });
    const width = Math.max(200, this.#place.clientWidth - 2) * this.zoom;
    const dense = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / (width * width * (plain.height / plain.width))));
    const viewport = page.getViewport({ scale: (width / plain.width) * dense });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.floor(viewport.width), Math.floor(viewport.height)];
    canvas.setAttribute("role", "img");
    if (label) canvas.setAttribute("aria-label", label);
    this.#task = page.render({ canvas, viewport });
    await this.#task.promise;
    const unit = page.userUnit || 1;
    const over = this.#outlines(at.boxes, plain.width / unit, plain.height / unit);
    const frame = document.createElement("div");
    frame.className = "sheet-frame";
    frame.style.width = `${width}px`;
    frame.append(canvas, over);
    this.#place.replaceChildren(frame);
    this.#reveal(over);
  }

  #outlines(boxes, width, height) {
    const over = document.createElementNS(SVG, "svg");
    over.setAttribute("viewBox", `0 0 ${width} ${height}`);
    over.setAttribute("aria-hidden", "true");
    for (const box of (boxes || "").split(";").filter(Boolean)) {
      const [x0, top, x1, bottom] = box.split(",").map(Number);
      over.append(rectangle(x0 - ROOM, top - ROOM, x1 - x0 + 2 * ROOM, bottom - top + 2 * ROOM));
    }
    this.#listen(over, width, height);
    return over;
  }

  #reveal(over) {
    const first = over.querySelector("rect");
    if (!first) {
      this.#place.scrollTop = 0;
      return;
    }
    const seen = first.getBoundingClientRect();
    const frame = this.#place.getBoundingClientRect();
    this.#place.scrollTop += seen.top - frame.top - frame.height / 3;
    this.#place.scrollLeft += seen.left - frame.left - 40;
  }

  #listen(over, width, height) {
    let start = null;
    let drawn = null;
    const place = (event) => {
      const seen = over.getBoundingClientRect();
      const x = ((event.clientX - seen.left) / seen.width) * width;
      const y = ((event.clientY - seen.top) / seen.height) * height;
      return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
    };
    over.addEventListener("pointerdown", (event) => {
      if (!this.#pointed) return;
      event.preventDefault();
      over.setPointerCapture(event.pointerId);
      start = place(event);
      drawn = rectangle(start[0], start[1], 0, 0);
      drawn.classList.add("pointed");
      over.append(drawn);
    });
    over.addEventListener("pointermove", (event) => {
      if (!start) return;
      const [x, y] = place(event);
      drawn.setAttribute("x", Math.min(x, start[0]));
      drawn.setAttribute("y", Math.min(y, start[1]));
      drawn.setAttribute("width", Math.abs(x - start[0]));
      drawn.setAttribute("height", Math.abs(y - start[1]));
    });
    over.addEventListener("pointerup", () => {
      if (!start) return;
      const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(drawn.getAttribute(name)));
      start = null;
      if (w < 3 || h < 3) drawn.remove();
      else this.#pointed?.([x, y, x + w, y + h].map((edge) => Math.round(edge * 10) / 10));
    });
  }

  #picture(at, label) {
    const image = document.createElement("img");
    image.alt = label ?? "";
    image.src = `/cases/${this.#told.case}/files/${at.file}/${at.page}.png?box=${at.boxes ?? ""}`;
    this.#place.replaceChildren(image);
  }
}

function rectangle(x, y, width, height) {
  const made = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ x, y, width, height })) made.setAttribute(name, value);
  return made;
}
