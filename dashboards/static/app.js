// Makes a page's controls handier. Every page works without this file: the filter is a plain form. Charts are drawn by
// charts.js.
(function () {
  "use strict";

  var root = document.documentElement;
  var words = JSON.parse(document.getElementById("words").textContent);

  // theme: the system's, or the reader's choice
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  function themes() {
    var button = document.getElementById("theme");
    function name() { button.textContent = words[isDark() ? "js.theme.light" : "js.theme.dark"]; }
    button.hidden = false;
    name();
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch (e) { /* for this page only, then */ }
      name();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  }

  // filter: one open list at a time, closed by Escape or a click beside it; long lists can be searched
  function filters() {
    var picks = document.querySelectorAll("details.pick");
    function closeOthers(kept) {
      picks.forEach(function (pick) { if (pick !== kept) pick.open = false; });
    }
    document.addEventListener("click", function (event) { closeOthers(event.target.closest("details.pick")); });
    document.addEventListener("keydown", function (event) {
      var open = document.querySelector("details.pick[open]");
      if (event.key !== "Escape" || !open) return;
      open.open = false;
      open.querySelector("summary").focus();
    });
    picks.forEach(function (pick) {
      var search = pick.querySelector(".search");
      var state = pick.querySelector("summary b");
      pick.addEventListener("toggle", function () {
        pick.classList.remove("end");
        var box = pick.querySelector("fieldset").getBoundingClientRect();
        if (pick.open && box.right > root.clientWidth - 8) pick.classList.add("end");
      });
      pick.addEventListener("change", function () {
        var chosen = pick.querySelectorAll(":checked");
        state.textContent = chosen.length === 0 ? pick.dataset.none : chosen.length === 1 ? chosen[0].nextElementSibling.textContent : words["js.chosen"].replace("{0}", chosen.length.toLocaleString(words.lang));
      });
      if (!search) return;
      search.hidden = false;
      search.addEventListener("input", function () {
        var wanted = search.value.toLowerCase();
        pick.querySelectorAll(".check").forEach(function (check) {
          check.hidden = check.textContent.toLowerCase().indexOf(wanted) < 0;
        });
      });
      search.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });
    });
    // A preset chosen shows that the dates no longer count, and dates changed that the preset does not.
    var preset = document.querySelector("select[name=preset]");
    if (!preset) return;
    document.querySelectorAll(".filter input[type=date]").forEach(function (date) {
      date.addEventListener("change", function () { preset.value = "custom"; });
    });
  }

  // On paper nothing can be opened: the working is printed with the rest.
  function paper() {
    var opened = [];
    addEventListener("beforeprint", function () {
      opened = [].filter.call(document.querySelectorAll("details.working"), function (part) { return !part.open; });
      opened.forEach(function (part) { part.open = true; });
    });
    addEventListener("afterprint", function () { opened.forEach(function (part) { part.open = false; }); });
  }

  themes();
  filters();
  paper();
  window.fillrate.charts.start(document);
})();
