// Follows links and sends filters without loading the whole page: the new main part comes out of the page that the
// server would have sent anyway. Whatever goes wrong, the browser goes there by itself. Late figures are fetched here too.
(function () {
  "use strict";

  var words = JSON.parse(document.getElementById("words").textContent);
  var charts = window.fillrate && window.fillrate.charts;
  var parts = [".side nav", ".side .languages", "footer"]; // beside main: what a new filter changes on a page
  var atOnce = 4;      // late figures fetched side by side
  var coming = null;   // the fetch of a page that has not come yet
  var leaving = new AbortController(); // ends the late figures of a page that is left
  var shownAt = here(location);

  function main() { return document.getElementById("main"); }
  function here(place) { return place.pathname + place.search; }
  function say(text) { document.getElementById("said").textContent = text; }

  function shown(part) {
    if (charts) charts.start(part);
    part.dispatchEvent(new CustomEvent("fillrate:shown", { bubbles: true }));
    fetchLate(part);
  }

  // What can be swapped: the same page, asked otherwise.
  function isSame(url) { return url.origin === location.origin && url.pathname === location.pathname; }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("main a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.hasAttribute("download") || link.target && link.target !== "_self" || link.closest("[data-reload], svg")) return;
    var url = new URL(link.href);
    if (!isSame(url) || url.hash) return;
    event.preventDefault();
    show(url.href, { from: link, top: link.rel === "next" || link.rel === "prev" });
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.matches("main form.filter") || form.closest("[data-reload]")) return;
    var url = new URL(form.action);
    if (!isSame(url)) return;
    event.preventDefault();
    url.search = new URLSearchParams(new FormData(form, event.submitter)).toString();
    show(url.href, { from: event.submitter || document.activeElement });
  });

  // Going back and forth in the browser. The place on the page is kept with each step.
  var timer = 0;
  function keepPlace() {
    clearTimeout(timer);
    history.replaceState({ y: scrollY }, "");
  }
  addEventListener("scroll", function () {
    if (coming) return;
    clearTimeout(timer);
    timer = setTimeout(keepPlace, 200);
  }, { passive: true });
  addEventListener("popstate", function (event) {
    if (here(location) === shownAt) return; // another place on the same page
    clearTimeout(timer);
    show(location.href, { back: true, y: event.state ? event.state.y : 0 });
  });

  function show(address, how) {
    if (coming) coming.abort();
    var mine = coming = new AbortController();
    var old = main();
    old.setAttribute("aria-busy", "true");
    function give() { // back to how a page loads without this script
      if (how.back) location.reload(); else location.assign(address);
    }
    fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } })
      .then(function (response) {
        var type = response.headers.get("Content-Type") || "";
        if (!response.ok || type.indexOf("text/html") !== 0) throw new Error(response.status + " " + type);
        if (!isSame(new URL(response.url))) throw new Error("another page");
        return response.text().then(function (text) { put(text, response.url, how); });
      })
      .catch(function (error) {
        if (error.name !== "AbortError") give();
      })
      .finally(function () {
        if (coming !== mine) return;
        coming = null;
        main().removeAttribute("aria-busy");
      });
  }

  function put(text, address, how) {
    var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.getElementById("main");
    if (!fresh || scripts(page) !== scripts(document)) throw new Error("a page of another make");
    if (!how.back) {
      keepPlace();
      if (address !== location.href) history.pushState({ y: scrollY }, "", address);
    }
    history.scrollRestoration = "manual";
    shownAt = here(location);
    var used = how.from && how.from.isConnected ? trace(how.from) : null;
    leaving.abort();
    leaving = new AbortController();
    if (charts) charts.stop(main());
    fresh = document.importNode(fresh, true);
    fresh.querySelectorAll("noscript").forEach(function (part) { part.remove(); }); // as parts they are read as if there were no script
    main().replaceWith(fresh);
    document.title = page.title;
    parts.forEach(function (name) {
      var now = document.querySelector(name), next = page.querySelector(name);
      if (now && next) now.replaceWith(document.importNode(next, true));
    });
    shown(fresh);
    if (how.back) scrollTo(0, how.y || 0);
    if (how.top) scrollTo(0, 0);
    focusOn(used);
    var summary = fresh.querySelector(".summary");
    say(words["js.updated"].replace("{0}", (summary || fresh.querySelector("h1")).textContent));
  }
  function scripts(page) {
    return [].map.call(page.querySelectorAll("script[src]"), function (script) { return script.getAttribute("src"); }).join(" ");
  }

  // The control that was used is found again by what it is and says, as the page around it is new.
  function trace(control) {
    return { tag: control.localName, id: control.id, name: control.name || "", text: control.textContent.trim(), at: alike(control, main()).indexOf(control) };
  }
  function alike(like, place) {
    var text = like.textContent === undefined ? like.text : like.textContent.trim();
    return [].filter.call(place.querySelectorAll(like.tag || like.localName), function (other) {
      return (other.name || "") === (like.name || "") && other.textContent.trim() === text;
    });
  }
  function focusOn(used) {
    var found = null;
    if (used) {
      var others = alike(used, main());
      found = used.id ? document.getElementById(used.id) : others[used.at] || others[0];
    }
    if (found && found.checkVisibility && !found.checkVisibility()) found = found.closest("details") && found.closest("details").querySelector("summary");
    if (!found || !found.checkVisibility()) {
      found = main().querySelector("h1");
      found.tabIndex = -1;
    }
    found.focus({ preventScroll: true });
  }

  // Late figures: their place stands, what belongs there is fetched.
  function fetchLate(part) {
    var waiting = [].slice.call(part.querySelectorAll("[data-late]"));
    if (part.matches("[data-late]")) waiting.unshift(part);
    var signal = leaving.signal;
    waiting.forEach(function (place) { place.setAttribute("aria-busy", "true"); });
    function next() {
      var place = waiting.shift();
      if (place) fetchOne(place, signal).finally(next);
    }
    for (var i = 0; i < atOnce; i++) next();
  }
  function fetchOne(place, signal) {
    place.setAttribute("aria-busy", "true");
    return fetch(place.dataset.late, { signal: signal, headers: { Accept: "text/html" } })
      .then(function (response) {
        if (response.status === 409) location.reload(); // the page stands on an older history than the one there is now
        if (!response.ok) throw new Error(response.status);
        return response.text();
      })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html"), fresh = page.body.firstElementChild;
        if (!fresh || fresh.matches("[data-late]")) throw new Error("nothing came");
        fresh = document.importNode(fresh, true);
        var focused = place.contains(document.activeElement);
        place.replaceWith(fresh);
        shown(fresh);
        if (focused) { fresh.tabIndex = -1; fresh.focus({ preventScroll: true }); }
      })
      .catch(function (error) {
        if (error.name !== "AbortError") failed(place);
      });
  }
  function failed(place) {
    place.removeAttribute("aria-busy");
    var told = document.createElement("p"), again = document.createElement("button"), wait = place.querySelector(".waiting");
    told.className = "problem";
    told.setAttribute("role", "alert");
    told.textContent = words["js.failed"] + " ";
    again.type = "button";
    again.textContent = words["js.again"];
    again.addEventListener("click", function () {
      told.remove();
      wait.hidden = false;
      place.tabIndex = -1;
      place.focus({ preventScroll: true });
      fetchOne(place, leaving.signal);
    });
    told.append(again);
    wait.hidden = true;
    wait.after(told);
  }

  if (history.state && history.state.y) {
    history.scrollRestoration = "manual";
    scrollTo(0, history.state.y);
  }
  shown(main());
})();
