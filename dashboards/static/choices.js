// Lists too long to read are searched on the server: a combobox (WAI-ARIA, list of several choices) in front of the
// checkboxes, which stay what the form sends. Without this file the checkboxes and a text field do.
(function () {
  "use strict";

  var words = JSON.parse(document.getElementById("words").textContent);
  var pause = 150; // milliseconds without a key before the server is asked
  var lists = 0;

  function say(key, a, b) { return words[key].replace("{0}", a).replace("{1}", b); }
  function number(n) { return Number(n).toLocaleString(words.lang); }
  function element(tag, attributes, text) {
    var made = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { made.setAttribute(name, attributes[name]); });
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function enhance(pick) {
    var boxes = pick.querySelector(".options"), input = pick.querySelector(".search"), name = boxes.querySelector("input").name;
    var byName = pick.querySelector(".by-name");
    var id = "choices-" + (++lists);
    var list = element("ul", { role: "listbox", id: id, class: "found", "aria-multiselectable": "true", "aria-label": pick.querySelector("legend").textContent });
    var status = element("p", { role: "status", class: "n" });
    var asked = null, timer = 0, active = -1, loaded = false;

    if (byName) byName.remove(); // the search reaches every value
    pick.classList.add("searched");
    input.hidden = false;
    input.autocomplete = "off";
    var combobox = { role: "combobox", "aria-controls": id, "aria-expanded": "false", "aria-autocomplete": "list" };
    Object.keys(combobox).forEach(function (key) { input.setAttribute(key, combobox[key]); });
    boxes.before(list, status);

    function box(value) {
      return [].find.call(boxes.querySelectorAll("input"), function (box) { return box.value === value; });
    }
    function chosen() { return boxes.querySelectorAll("input:checked"); }
    function options() { return list.children; }

    function search() {
      if (asked) asked.abort();
      var mine = asked = new AbortController();
      fetch(pick.dataset.choices + "?" + new URLSearchParams({ q: input.value }), { signal: mine.signal, headers: { Accept: "application/json" } })
        .then(function (response) {
          if (!response.ok) throw new Error(response.status);
          return response.json();
        })
        .then(show)
        .catch(function (error) {
          if (error.name === "AbortError") return;
          list.replaceChildren();
          mark(-1);
          status.textContent = words["js.choices.failed"];
        });
    }
    function show(answer) {
      loaded = true;
      var marked = options()[active] && options()[active].choice.value;
      list.replaceChildren.apply(list, answer.choices.map(function (choice, i) {
        var option = element("li", { role: "option", id: id + "-" + i, "aria-selected": String(Boolean((box(choice.value) || {}).checked)) });
        option.append(element("span", { class: "tick", "aria-hidden": "true" }), element("span", {}, choice.label));
        if (choice.n) option.append(element("span", { class: "n" }, number(choice.n)));
        option.choice = choice;
        return option;
      }));
      input.setAttribute("aria-expanded", String(answer.choices.length > 0));
      active = -1;
      mark(answer.choices.findIndex(function (choice) { return choice.value === marked; })); // a late answer leaves the reader where they are
      var shown = answer.choices.length;
      status.textContent = shown === 0 ? words["js.choices.none"] : shown < answer.total ? say("js.choices.some", number(shown), number(answer.total)) : say("js.choices.all", number(shown));
    }
    function mark(i) {
      if (options()[active]) options()[active].classList.remove("active");
      active = i;
      var option = options()[i];
      if (!option) { input.removeAttribute("aria-activedescendant"); return; }
      option.classList.add("active");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    }
    function choose(value, label, on) {
      var control = box(value);
      if (!control) {
        control = element("input", { type: "checkbox", name: name, value: value });
        var made = element("label", { class: "check" });
        made.append(control, " ", element("span", {}, label));
        boxes.append(made);
      }
      control.checked = on;
      if (on) boxes.append(control.closest("label")); // the last one chosen is the last one listed
      control.dispatchEvent(new Event("change", { bubbles: true }));
      status.textContent = say(on ? "js.choices.chosen" : "js.choices.removed", label);
    }
    function toggle(option) {
      if (option) choose(option.choice.value, option.choice.label, option.getAttribute("aria-selected") !== "true");
    }

    pick.addEventListener("toggle", function () {
      if (!pick.open) { input.setAttribute("aria-expanded", "false"); return; }
      input.focus({ preventScroll: true });
      if (!loaded) search(); else input.setAttribute("aria-expanded", String(options().length > 0));
    });
    input.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(search, pause);
    });
    input.addEventListener("keydown", function (event) {
      var last = options().length - 1;
      switch (event.key) {
        case "ArrowDown": mark(active >= last ? 0 : active + 1); break;
        case "ArrowUp": mark(active <= 0 ? last : active - 1); break;
        case "Home": if (active < 0) return; mark(0); break;
        case "End": if (active < 0) return; mark(last); break;
        case "Enter": toggle(options()[active]); break;
        case "Backspace":
          var newest = [].slice.call(chosen(), -1)[0];
          if (input.value || !newest) return;
          choose(newest.value, newest.nextElementSibling.textContent, false);
          break;
        default: return;
      }
      event.preventDefault();
    });
    input.addEventListener("keypress", function (event) { if (event.key === "Enter") event.preventDefault(); }); // it would send the form
    list.addEventListener("mousedown", function (event) { event.preventDefault(); }); // the focus stays in the field
    list.addEventListener("click", function (event) { toggle(event.target.closest("[role=option]")); });
    boxes.addEventListener("change", function (event) {
      [].forEach.call(options(), function (option) {
        if (option.choice.value === event.target.value) option.setAttribute("aria-selected", String(event.target.checked));
      });
      if (!event.target.checked && document.activeElement === event.target) input.focus(); // it leaves the list of the chosen
    });
  }

  document.addEventListener("fillrate:shown", function (event) {
    event.target.querySelectorAll("details.pick[data-choices]:not(.searched)").forEach(enhance);
  });
})();
