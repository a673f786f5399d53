// Makes a page's controls handier. Every page works without this file: the filter is a plain form.
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

  // Lists that lie over the page: one is open at a time, and Escape or a click beside it closes it.
  var floating = "details.pick, details.rest";
  function closeAllBut(kept) {
    document.querySelectorAll(floating).forEach(function (list) {
      if (list.open && !(kept && list.contains(kept))) list.open = false;
    });
  }
  function lists() {
    document.addEventListener("click", function (event) {
      if (event.target.isConnected) closeAllBut(event.target.closest(floating));
    });
    document.addEventListener("keydown", function (event) {
      if (event.key !== "Escape") return;
      var inside = document.activeElement && document.activeElement.closest("details.pick[open], details.rest[open]");
      var open = inside || document.querySelector("details.pick[open], details.rest[open]");
      if (!open) return;
      open.open = false;
      open.querySelector("summary").focus();
    });
    document.addEventListener("toggle", function (event) {
      var pick = event.target;
      if (!pick.matches || !pick.matches("details.pick")) return;
      pick.classList.remove("end");
      var box = pick.querySelector("fieldset").getBoundingClientRect();
      if (pick.open && box.right > root.clientWidth - 8) pick.classList.add("end");
    }, true);
    document.addEventListener("change", function (event) {
      var pick = event.target.closest("details.pick");
      if (pick) state(pick);
      // A preset chosen shows that the dates no longer count, and dates changed that the preset does not.
      var form = event.target.form;
      if (event.target.type === "date" && form && form.elements.preset) form.elements.preset.value = "custom";
    });
  }
  function state(pick) {
    var chosen = pick.querySelectorAll(":checked");
    pick.querySelector("summary b").textContent = chosen.length === 0 ? pick.dataset.none :
      chosen.length === 1 ? chosen[0].nextElementSibling.textContent : words["js.chosen"].replace("{0}", chosen.length.toLocaleString(words.lang));
  }

  // A list whose values are all on the page is searched there; choices.js searches the longer ones on the server.
  document.addEventListener("fillrate:shown", function (event) {
    event.target.querySelectorAll("details.pick:not([data-choices]) .search[hidden]").forEach(function (search) {
      search.hidden = false;
      search.addEventListener("input", function () {
        var wanted = search.value.toLowerCase();
        search.closest("details.pick").querySelectorAll(".check").forEach(function (check) {
          check.hidden = check.textContent.toLowerCase().indexOf(wanted) < 0;
        });
      });
      search.addEventListener("keydown", function (event) { if (event.key === "Enter") event.preventDefault(); });
    });
  });

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
  lists();
  paper();
})();
