// Draws the charts that a page carries as JSON. Every chart has its table, so that a page can be read without this file.
(function () {
  "use strict";

  var root = document.documentElement;
  var number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
  var decimal = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  var hundredths = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  // Named formatters: an option is data and says only which one it wants.
  function days(value) { return (Math.abs(value) < 1 ? hundredths : decimal).format(value); }
  var say = {
    count: function (value) { return number.format(value); },
    days: function (value) { return days(value) + " days"; },
    share: function (value) { return decimal.format(100 * value) + "%"; },
    index: function (value) { return number.format(value); }
  };
  var axis = {
    count: function (value) { return value % 1 ? "" : number.format(value); },
    days: function (value) { return number.format(value) === String(value) ? value + " d" : days(value) + " d"; },
    share: function (value) { return number.format(100 * value) + "%"; },
    index: function (value) { return number.format(value); },
    // the logarithm of a ratio, as a change: 0.223 is +25%
    ratio: function (value) {
      var percent = Math.round(100 * (Math.exp(value) - 1));
      return (percent > 0 ? "+" : percent < 0 ? "−" : "") + number.format(Math.abs(percent)) + "%";
    }
  };
  function tip(format) {
    if (format === "note") return function (point) { return (point.data && point.data.note) || ""; };
    return function (points) {
      if (!Array.isArray(points)) points = [points];
      points = points.filter(function (point) { return !/^(band|marks)/.test(point.seriesId); }); // a line's note has its band
      if (!points.length) return "";
      var lines = [points[0].name], notes = [], provisional = false;
      points.forEach(function (point) {
        var value = point.value;
        if (Array.isArray(value)) value = value[value.length - 1];
        var missing = value === null || value === undefined || value !== value;
        lines.push(point.marker + point.seriesName + "  " + (missing ? "no value" : say[format](value)));
        if (point.data && point.data.note && notes.indexOf(point.data.note) < 0) notes.push(point.data.note);
        provisional = provisional || (point.data && point.data.provisional);
      });
      if (notes.length === 1) lines.push(notes[0]);
      if (notes.length > 1) points.forEach(function (point, i) {
        if (point.data && point.data.note) lines[i + 1] += " (" + point.data.note + ")";
      });
      if (provisional) lines.push("provisional");
      return lines.join("\n");
    };
  }

  // Colours are names of the stylesheet's custom properties. Only the keys below are looked at, so that no text out of
  // an export can pass for one.
  var named = { color: 1, borderColor: 1, backgroundColor: 1, formatter: 1 };
  function resolve(value, key, style) {
    if (typeof value === "string") {
      if (!named[key] || value.charAt(0) !== "@") return value;
      var name = value.slice(1), parts = name.split(".");
      if (parts[0] === "tip") return tip(parts[1]);
      if (parts[0] === "axis") return axis[parts[1]];
      var pair = /^light-dark\((.+), (.+)\)$/.exec(style.getPropertyValue("--" + name).trim());
      return pair ? pair[isDark() ? 2 : 1] : "transparent";
    }
    if (Array.isArray(value)) return value.map(function (item) { return resolve(item, key, style); });
    if (value && typeof value === "object") {
      var copy = {};
      Object.keys(value).forEach(function (inner) { copy[inner] = resolve(value[inner], inner, style); });
      return copy;
    }
    return value;
  }

  // Marks are drawn over the whole height at their true place between two ticks: category i covers [i, i + 1). Their labels
  // stand above the chart, each beside the one before.
  function marks(data, style) {
    var text = resolve("@text", "color", style), muted = resolve("@muted", "color", style), accent = resolve("@accent", "color", style);
    var taken = 0;
    return function (params, api) {
      var mark = data[params.dataIndexInside], box = params.coordSys;
      var wide = api.size([1, 0])[0], left = api.coord([0, 0])[0] - wide / 2;
      function across(place) { return Math.min(box.x + box.width, Math.max(box.x, left + place * wide)); }
      var from = across(mark.from), to = across(mark.to), parts = [];
      function area(color, opacity) {
        parts.push({ type: "rect", shape: { x: from, y: box.y, width: Math.max(to - from, 2), height: box.height }, style: { fill: color, opacity: opacity } });
      }
      function line(x, color, width, dash) {
        parts.push({ type: "line", shape: { x1: x, y1: box.y, x2: x, y2: box.y + box.height }, style: { stroke: color, lineWidth: width, lineDash: dash } });
      }
      if (mark.kind === "period") { area(accent, 0.09); line(from, accent, 1); line(to, accent, 1); }
      if (mark.kind === "other") { area(muted, 0.05); line(from, muted, 1, [1, 3]); line(to, muted, 1, [1, 3]); }
      if (mark.kind === "carry") { area(accent, 0.05); line(to, accent, 1, [2, 3]); }
      if (mark.kind === "closure") area(muted, 0.22);
      if (mark.kind === "change") line(from, text, 1.5, [6, 4]);
      if (mark.kind === "actual") line(from, text, 2.5);
      if (mark.kind === "nochange") line(from, muted, 1);
      if (params.dataIndexInside === 0) taken = 0;
      if (mark.label) {
        var room = mark.label.length * 6.5, x = Math.max(mark.kind === "closure" ? (from + to) / 2 - room / 2 : from, taken);
        x = Math.max(box.x, Math.min(x, box.x + box.width - room));
        taken = x + room + 4;
        parts.push({ type: "text", style: { text: mark.label, x: x, y: box.y - 14, fill: text, fontSize: 11 } });
      }
      return { type: "group", children: parts };
    };
  }

  var charts = [];
  function draw() {
    var style = getComputedStyle(root), font = getComputedStyle(document.body).fontFamily;
    charts.forEach(function (item) {
      var option = resolve(item.option, "", style);
      option.textStyle.fontFamily = option.tooltip.textStyle.fontFamily = font;
      item.plain = !!option.legend && legendLines(item) <= 3; // else its names are paged through
      if (item.plain) option.legend.type = "plain";
      option.series.forEach(function (series) { if (series.renderItem) series.renderItem = marks(series.data, style); });
      item.chart.setOption(option, true);
      fit(item);
    });
  }
  // On a narrow screen the legend takes as many lines as it needs, and names beside lying bars give way.
  function fit(item) {
    if (item.plain) item.chart.setOption({ grid: { top: item.option.grid.top + 22 * (legendLines(item) - 1) } });
    var label = item.option.yAxis[0].axisLabel;
    if (!label.width) return;
    var width = Math.min(label.width, Math.round(item.chart.getWidth() * (label.share || 0.3)));
    item.chart.setOption({ grid: { left: width + 12 }, yAxis: [{ axisLabel: { width: width } }] });
  }
  function legendLines(item) {
    var option = item.option.legend, width = item.chart.getWidth();
    if (!option || !option.show) return 1;
    var names = (option.data || item.option.series).map(function (entry) { return entry.name || ""; }), lines = 1, left = 0;
    names.forEach(function (name) {
      var room = option.itemWidth + 8 + 7 * name.length + option.itemGap;
      if (left > 0 && left + room - option.itemGap > width) { lines++; left = 0; }
      left += room;
    });
    return lines;
  }
  function start(part) {
    if (!window.echarts) return;
    part.querySelectorAll("[data-chart]").forEach(function (place) {
      var source = document.getElementById(place.dataset.chart + "-option");
      if (!source || charts.some(function (item) { return item.place === place; })) return;
      var chart = window.echarts.init(place, null, { renderer: "svg" });
      var item = { place: place, chart: chart, option: JSON.parse(source.textContent) };
      charts.push(item);
      chart.on("click", function (point) {
        if (point.data && point.data.url) location.assign(point.data.url);
      });
      chart.on("finished", function () { place.dataset.drawn = ""; });
      item.watch = new ResizeObserver(function () { chart.resize(); fit(item); });
      item.watch.observe(place);
    });
    draw();
  }
  // Lets go of the charts in a part of the page that is about to be replaced.
  function stop(part) {
    charts = charts.filter(function (item) {
      if (!part.contains(item.place)) return true;
      item.watch.disconnect();
      item.chart.dispose();
      return false;
    });
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

  window.fillrate = { charts: { start: start, stop: stop, redraw: draw } };
})();
