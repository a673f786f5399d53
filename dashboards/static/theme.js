// The reader's choice of theme, before the first paint. Kept in this browser only.
(function () {
  "use strict";
  try {
    var chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (e) { /* storage may be off: the system's theme it is */ }
})();
