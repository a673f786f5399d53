// Choosing files for an import, and watching one. Both pages work without this script.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const say = (key, ...filled) => words[key].replace(/\{(\d)\}/g, (_, i) => filled[i]);

  const form = document.querySelector("form.intake");
  if (form) choose(form);

  function choose(form) {
    const zone = form.querySelector(".drop"), input = form.querySelector("#files"), list = form.querySelector(".chosen");
    const problem = form.querySelector("#too-much");
    const size = new Intl.NumberFormat(words.lang, { maximumFractionDigits: 1 });

    // A server that stops reading in the middle shows in a browser as a broken connection, so what is too much is said before.
    const show = () => {
      const files = [...input.files];
      list.replaceChildren(...files.map((file) => {
        const line = document.createElement("li");
        line.textContent = say("js.import.file", file.name, size.format(file.size / 1e6));
        return line;
      }));
      const bytes = files.reduce((sum, file) => sum + file.size, 0);
      const wrong = bytes > Number(form.dataset.max) ? say("js.import.too_large", size.format(Number(form.dataset.max) / 1e6))
        : files.length > Number(form.dataset.files) ? say("js.import.too_many", form.dataset.files) : "";
      problem.textContent = wrong;
      problem.hidden = !wrong;
      form.querySelector("button.main").disabled = !!wrong;
    };
    input.addEventListener("change", show);
    for (const name of ["dragover", "dragenter"]) {
      zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
    }
    zone.addEventListener("dragleave", (event) => { if (!zone.contains(event.relatedTarget)) zone.classList.remove("over"); });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const all = new DataTransfer();
      for (const file of [...input.files, ...event.dataTransfer.files]) all.items.add(file);
      input.files = all.files;
      show();
    });
    form.addEventListener("submit", () => {
      form.querySelector("button.main").disabled = true;
      list.append(Object.assign(document.createElement("li"), { textContent: say("js.import.sending") }));
    });
    window.addEventListener("pageshow", show); // the browser may remember the files of a page that is gone back to
  }

  const work = document.querySelector("[data-events]");
  if (work) watch(work);

  function watch(work) {
    const bar = work.querySelector("progress"), text = work.querySelector(".doing");
    const events = new EventSource(work.dataset.events);
    events.addEventListener("progress", (event) => {
      const now = JSON.parse(event.data);
      bar.value = now.percent;
      if (text.textContent !== now.text) text.textContent = now.text;
    });
    const reload = () => { events.close(); location.reload(); };
    events.addEventListener("end", reload);
    // Lost for a moment, the browser asks again by itself; refused for good, the page itself says why.
    events.addEventListener("error", () => { if (events.readyState === EventSource.CLOSED) reload(); });
  }
})();
