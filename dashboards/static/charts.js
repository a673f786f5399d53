// Draws the charts that a page carries as JSON, as option.js makes them ready, lets them be walked through with the keyboard,
// and makes pictures of them. Every chart has its table, so that a page can be read without this file.
(function () {
  "use strict";

  var root = document.documentElement;
  var words = { lang: "en" };
  var carried = document.getElementById("words");
  if (carried) words = JSON.parse(carried.textContent);
  var drawing = window.fillrate.option(words);
  var told = drawing.told, written = drawing.written, isTold = drawing.isTold, isMissing = drawing.isMissing, last = drawing.last;

  function look(item) {
    var style = getComputedStyle(root);
    return {
      property: function (name) { return style.getPropertyValue(name); },
      dark: !item.isPicture && isDark(),
      still: item.isPicture,
      font: getComputedStyle(document.body).fontFamily.replace(/"/g, "'") // as it stands in an attribute of a picture
    };
  }
  function paint(item) { drawing.paint(item, look(item)); }

  var charts = [];
  function draw() { charts.forEach(paint); }

  function start(part) {
    if (!window.echarts) return;
    var places = [].slice.call(part.querySelectorAll("[data-chart]"));
    if (part.matches && part.matches("[data-chart]")) places.unshift(part);
    places.forEach(function (place) {
      var source = document.getElementById(place.dataset.chart + "-option");
      if (!source || charts.some(function (item) { return item.place === place; })) return;
      var item = { place: place, option: JSON.parse(source.textContent) };
      var sheet = place;
      if (item.option.least) { // too wide for a narrow place: it is scrolled there
        sheet = document.createElement("div");
        sheet.className = "sheet";
        sheet.style.minWidth = item.option.least + "px";
        place.replaceChildren(sheet);
        place.classList.add("scrolls");
      }
      item.chart = window.echarts.init(sheet, null, { renderer: "svg" });
      charts.push(item);
      item.chart.on("click", function (point) {
        if (point.data && point.data.url) follow(point.data.url, point.event && point.event.event);
      });
      item.chart.on("mousemove", function (point) {
        item.chart.getZr().setCursorStyle(point.data && point.data.url ? "pointer" : "default");
      });
      item.chart.on("finished", function () { place.dataset.drawn = ""; });
      paint(item);
      walk(item);
      offerPictures(item);
      item.watch = new ResizeObserver(function () { item.chart.resize(); drawing.fit(item); });
      item.watch.observe(sheet);
    });
  }
  // Lets go of the charts in a part of the page that is about to be replaced.
  function stop(part) {
    charts = charts.filter(function (item) {
      if (!part.contains(item.place)) return true;
      item.watch.disconnect();
      item.ears.abort();
      item.chart.dispose();
      item.place.replaceChildren();
      delete item.place.dataset.drawn;
      return false;
    });
  }

  function follow(url, event) {
    if (event && (event.ctrlKey || event.metaKey)) window.open(url, "_blank", "noopener");
    else location.assign(url);
  }

  // What is spoken stands in a line that is not to be seen.
  var voice;
  function speak(text) {
    if (!voice || !voice.isConnected) {
      voice = document.createElement("p");
      voice.className = "hidden";
      voice.id = "chart-voice";
      voice.setAttribute("aria-live", "polite");
      (document.querySelector("main") || document.body).append(voice);
    }
    voice.textContent = text;
  }

  // The arrow keys go from datum to datum, and from series to series; each is spoken, shown and can be followed.
  function walk(item) {
    var place = item.place, option = item.option, at = null;
    var lanes = option.series.map(function (series, index) {
      var data = isTold(series) ? series.data : [];
      return { series: series, index: index, data: data, known: data.map(function (datum, i) { return i; }).filter(function (i) {
        return data[i] && typeof data[i] === "object" && !Array.isArray(data[i]) && !isMissing(last(data[i].value));
      }) };
    }).filter(function (lane) { return lane.known.length; });
    function shown() {
      var legend = item.chart.getOption().legend, selected = (legend && legend[0] && legend[0].selected) || {};
      return lanes.filter(function (lane) { return selected[lane.series.name] !== false; });
    }
    function category(datum, i) {
      var axis = (option.xAxis || []).concat(option.yAxis || []).filter(function (axis) { return axis.type === "category"; })[0];
      if (!axis) return "";
      return axis.data[Array.isArray(datum.value) ? datum.value[1] : i];
    }
    function wordsOf(lane, i) {
      var datum = lane.data[i];
      if (datum.told) return told(option, datum).join(", ");
      var parts = [category(datum, i)], format = option.tooltip.formatter.split(".")[1];
      if (drawing.has(format)) parts.push((lanes.length > 1 ? lane.series.name + ": " : "") + written(last(datum.value), datum.as || format));
      if (datum.note) parts.push(datum.note);
      if (datum.provisional) parts.push(words["js.chart.provisional"]);
      return parts.join(", ").replace(/\n/g, ", ");
    }
    function leave() {
      item.chart.dispatchAction({ type: "hideTip" });
      item.chart.dispatchAction({ type: "downplay" });
      at = null;
    }
    function go(lane, i) {
      item.chart.dispatchAction({ type: "downplay" });
      at = { lane: lane, i: i };
      item.chart.dispatchAction({ type: "highlight", seriesIndex: lane.index, dataIndex: i });
      item.chart.dispatchAction({ type: "showTip", seriesIndex: lane.index, dataIndex: i });
      if (option.least) {
        var x = item.chart.convertToPixel({ seriesIndex: lane.index }, lane.data[i].value)[0];
        if (x < place.scrollLeft + 40 || x > place.scrollLeft + place.clientWidth - 40) place.scrollLeft = x - place.clientWidth / 2;
      }
      speak(wordsOf(lane, i));
    }
    function step(key) {
      var list = shown();
      if (!list.length) return;
      if (!at || list.indexOf(at.lane) < 0) {
        var first = list[0].known;
        return go(list[0], key === "End" ? first[first.length - 1] : first[0]);
      }
      var known = at.lane.known, here = known.indexOf(at.i);
      if (key === "Home") here = 0;
      if (key === "End") here = known.length - 1;
      if (key === "ArrowRight") here = Math.min(known.length - 1, here + 1);
      if (key === "ArrowLeft") here = Math.max(0, here - 1);
      if (key !== "ArrowUp" && key !== "ArrowDown") return go(at.lane, known[here]);
      var next = list.indexOf(at.lane) + (key === "ArrowDown" ? 1 : -1);
      if (next < 0 || next >= list.length) return go(at.lane, at.i);
      // the datum of the other series that is nearest to this one
      go(list[next], list[next].known.reduce(function (best, i) { return Math.abs(i - at.i) < Math.abs(best - at.i) ? i : best; }));
    }
    item.ears = new AbortController();
    var ears = { signal: item.ears.signal };
    place.tabIndex = 0;
    place.setAttribute("role", "application");
    place.setAttribute("aria-roledescription", words["js.chart"] || "");
    place.addEventListener("focus", function () { if (place.matches(":focus-visible")) speak(words["js.chart.help"]); }, ears);
    place.addEventListener("blur", leave, ears);
    place.addEventListener("keydown", function (event) {
      if (event.altKey) return;
      if (/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key)) step(event.key);
      else if (event.key === "Escape") place.blur();
      else if (event.key === "Enter" && at && at.lane.data[at.i].url) follow(at.lane.data[at.i].url, event);
      else return;
      event.preventDefault();
    }, ears);
  }

  // Pictures: the same option in the light theme and at one size, with the figure's question, its n, what it is filtered
  // by and what its marks mean written around it.
  var pictureWidth = 1200, margin = 24;
  function offerPictures(item) {
    var figure = item.place.closest("figure"), more = figure && figure.querySelector(".more");
    if (!more || more.querySelector(".pictures")) return;
    var line = document.createElement("p");
    line.className = "links pictures";
    line.append(words["js.chart.picture"] || "");
    [["svg", words["js.svg"], saveSVG], ["png", words["js.png"], savePNG]].forEach(function (kind, i) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "link";
      button.dataset.picture = kind[0];
      button.textContent = kind[1];
      button.addEventListener("click", function () { kind[2](item); });
      line.append(i ? " · " : " ", button);
    });
    var links = more.querySelectorAll(".links");
    if (links.length) links[0].after(line); else more.append(line);
  }
  var measure = document.createElement("canvas").getContext("2d");
  function lines(text, font) {
    measure.font = font;
    var list = [], line = "";
    Array.from(text.replace(/\s+/g, " ").trim().slice(0, 1200).matchAll(/\S{1,60} ?/g)).forEach(function (match) {
      if (line && measure.measureText(line + match[0]).width > pictureWidth - 2 * margin) { list.push(line); line = ""; }
      line += match[0];
    });
    return line ? list.concat(line) : list;
  }
  function safe(text) {
    return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "").replace(/[&<>"]/g, function (c) { return "&#" + c.charCodeAt(0) + ";"; });
  }
  function picture(item) {
    var figure = item.place.closest("figure"), light = look({ isPicture: true });
    var ink = drawing.resolve("@text", "color", light), muted = drawing.resolve("@muted", "color", light), ground = drawing.resolve("@surface", "color", light);
    var family = getComputedStyle(document.body).fontFamily, y = margin, texts = "";
    function write(parts, size, weight, color) {
      parts.forEach(function (part) {
        lines(part.textContent, weight + " " + size + "px " + family).forEach(function (line) {
          y += Math.round(size * 1.4);
          texts += '<text x="' + margin + '" y="' + (y - Math.round(size * 0.35)) + '" font-size="' + size + '" font-weight="' + weight + '" fill="' + color + '">' + safe(line) + "</text>";
        });
      });
    }
    function all(selector) { return [].slice.call(figure.querySelectorAll(selector)); }
    write(all("figcaption h2"), 22, 600, ink);
    write(all("figcaption .n"), 14, 400, muted);
    write([].slice.call(document.querySelectorAll(".title .summary")), 14, 400, muted);
    y += 12;
    var top = y, height = Math.max(360, Math.min(960, Math.round(item.place.clientHeight * 1.4)));
    var chart = window.echarts.init(null, null, { renderer: "svg", ssr: true, width: pictureWidth - 2 * margin, height: height });
    paint({ chart: chart, option: item.option, isPicture: true });
    var drawn = chart.renderToSVGString();
    chart.dispose();
    y += height + 8;
    write(all(".legend"), 13, 400, muted);
    y += margin;
    return {
      height: y,
      text: '<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="' + pictureWidth + '" height="' + y + '" viewBox="0 0 ' + pictureWidth + " " + y +
        '" font-family="' + safe(family) + '"><rect width="100%" height="100%" fill="' + ground + '"/>' + texts + drawn.replace(/^<svg/, '<svg x="' + margin + '" y="' + top + '"') + "</svg>"
    };
  }
  function save(item, blob, kind) {
    var from = document.querySelector(".filter input[name=from]"), to = document.querySelector(".filter input[name=last]");
    var span = [from, to].map(function (day) { return day && day.value; }).filter(Boolean);
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = [item.place.dataset.chart].concat(span).join("_") + "." + kind;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }
  function saveSVG(item) { save(item, new Blob([picture(item).text], { type: "image/svg+xml" }), "svg"); }
  function savePNG(item) {
    var made = picture(item), image = new Image();
    function failed() { speak(words["js.chart.failed"]); }
    image.onerror = failed;
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = pictureWidth;
      canvas.height = made.height;
      canvas.getContext("2d").drawImage(image, 0, 0);
      canvas.toBlob(function (blob) { if (blob) save(item, blob, "png"); else failed(); }, "image/png");
    };
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(made.text);
  }

  // The theme is the system's or the reader's choice; on paper it is light.
  var printing = false;
  function isDark() {
    if (printing) return false;
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }
  new MutationObserver(draw).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", function () { printing = true; draw(); });
  addEventListener("afterprint", function () { printing = false; draw(); });

  window.fillrate = window.fillrate || {};
  window.fillrate.charts = { start: start, stop: stop, redraw: draw };
})();
