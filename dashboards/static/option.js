// Makes what package chart writes as JSON into what ECharts takes: named formatters, colours and marks, and room for names
// and legend. Pages load it before charts.js; package drawing runs it without a browser, so it knows no page.
(function (global) {
  "use strict";

  // ECharts looks names up in plain objects, and an export may call a department __proto__: it is a name as any other.
  delete Object.prototype.__proto__;

  // The words are those of a page's script: lang, js.chart.… How a drawing looks is an object: property(name) gives a custom
  // property of app.css, dark chooses its second colour, font is the family that all is written in, still: nobody can page
  // through the legend.
  function option(words) {
    function fill(text, word) { return (text || "{0}").replace("{0}", word); }

    // Named formatters: an option is data and says only which one it wants.
    function numbers(options) {
      var format = new Intl.NumberFormat(words.lang, options);
      return function (value) { return format.format(value).replace("-", "−"); };
    }
    var whole = numbers({ maximumFractionDigits: 0 });
    var tenths = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
    var hundredths = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
    var upToTenths = numbers({ maximumFractionDigits: 1 });
    var upToHundredths = numbers({ maximumFractionDigits: 2 });
    var short = numbers({ notation: "compact", maximumFractionDigits: 1 });
    function days(value) { return (Math.abs(value) < 1 ? hundredths : tenths)(value); }
    var say = {
      count: whole,
      days: function (value) { return fill(words["js.chart.days"], days(value)); },
      share: function (value) { return tenths(100 * value) + "%"; },
      index: whole,
      money: hundredths
    };
    var axis = {
      count: function (value) { return value % 1 ? "" : whole(value); },
      days: function (value) { return fill(words["js.chart.days.short"], upToHundredths(value)); },
      share: function (value) { return whole(100 * value) + "%"; },
      index: whole,
      money: upToTenths,
      // the logarithm of a ratio, as a change: 0.223 is +25%
      ratio: function (value) {
        var percent = Math.round(100 * (Math.exp(value) - 1));
        return (percent > 0 ? "+" : percent < 0 ? "−" : "") + whole(Math.abs(percent)) + "%";
      }
    };
    var cell = {
      count: function (value) { return value < 10000 ? whole(value) : short(value); },
      days: upToTenths,
      money: upToTenths,
      share: function (value) { return whole(100 * value) + "%"; },
      index: whole
    };
    function last(value) { return Array.isArray(value) ? value[value.length - 1] : value; }
    function isMissing(value) { return value === null || value === undefined || value !== value; }
    function written(value, format) { return isMissing(value) ? words["js.chart.missing"] : say[format](value); }

    // A tooltip reads {name|text} as a style. A name out of an export must not, so an invisible joiner parts it.
    function plain(text) { return String(text).replace(/\{/g, "{\u2060"); }

    // The lines that a datum says of itself, as far as it carries them.
    function told(option, datum) {
      var lines = [datum.text || datum.name];
      datum.told.forEach(function (value, i) { lines.push(option.tell[i].label + "  " + written(value, option.tell[i].format)); });
      if (datum.note) lines.push(datum.note);
      if (datum.provisional) lines.push(words["js.chart.provisional"]);
      return lines;
    }
    function tip(format, option) {
      if (format === "note") return function (point) { return plain((point.data && point.data.note) || ""); };
      if (format === "item") return function (point) { return point.data && point.data.told ? plain(told(option, point.data).join("\n")) : ""; };
      return function (points) {
        if (!Array.isArray(points)) points = [points];
        points = points.filter(function (point) { return isTold({ id: point.seriesId }); });
        if (!points.length) return "";
        var lines = [plain(points[0].name)], notes = [], provisional = false;
        points.forEach(function (point) {
          var datum = point.data || {};
          lines.push(point.marker + plain(point.seriesName) + "  " + written(last(point.value), datum.as || format));
          if (datum.note && notes.indexOf(datum.note) < 0) notes.push(datum.note);
          provisional = provisional || datum.provisional;
        });
        if (notes.length === 1) lines.push(plain(notes[0]));
        if (notes.length > 1) points.forEach(function (point, i) {
          if (point.data && point.data.note) lines[i + 1] += " (" + plain(point.data.note) + ")";
        });
        if (provisional) lines.push(words["js.chart.provisional"]);
        return lines.join("\n");
      };
    }
    // A band, a mark and the unseen bar under a stage say nothing: what they stand beside says it.
    function isTold(series) { return !series.silent && !/^(band|marks|under)/.test(series.id || ""); }

    function label(format) {
      if (format === "text") return function (point) { return (point.data && point.data.text) || ""; };
      if (format === "name") return function (point) { return point.name || ""; };
      return function (point) { return written(last(point.value), format); };
    }
    function formatter(kind, format, option) {
      switch (kind) {
        case "tip": return tip(format, option);
        case "axis": return axis[format];
        case "label": return label(format);
        case "cell": return function (point) { return cell[format](last(point.value)); };
        case "node": return function (point) { return say[format](point.value) + "  " + point.data.text; /* the number is not to be cut */ };
      }
    }

    // Colours are names of the stylesheet's custom properties. Only the keys below are looked at, so that no text out of
    // an export can pass for one.
    var named = { color: 1, borderColor: 1, backgroundColor: 1, formatter: 1 };
    function resolve(value, key, how) {
      if (typeof value === "string") {
        if (!named[key] || value.charAt(0) !== "@") return value;
        var name = value.slice(1), parts = name.split(".");
        if (key === "formatter") return formatter(parts[0], parts[1], how.option);
        var pair = /^light-dark\((.+), (.+)\)$/.exec(how.property("--" + name).trim());
        return pair ? pair[how.dark ? 2 : 1] : "transparent";
      }
      if (Array.isArray(value)) return value.map(function (item) { return resolve(item, key, how); });
      if (value && typeof value === "object") {
        var copy = {};
        Object.keys(value).forEach(function (inner) { copy[inner] = resolve(value[inner], inner, how); });
        return copy;
      }
      return value;
    }

    // Marks are drawn over the whole height at their true place between two ticks: category i covers [i, i + 1). Their labels
    // stand above the chart, each beside the one before.
    function marks(data, how) {
      var text = resolve("@text", "color", how), muted = resolve("@muted", "color", how), accent = resolve("@accent", "color", how);
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
        if (mark.kind === "target") line(from, text, 2, [8, 4]);
        if (mark.kind === "nochange") line(from, muted, 1);
        if (params.dataIndexInside === 0) taken = 0;
        if (mark.label) {
          var room = mark.label.length * 6.5, x = Math.max(mark.kind === "closure" ? (from + to) / 2 - room / 2 : from, taken);
          x = Math.max(box.x, Math.min(x, box.x + box.width - room));
          taken = x + room + 4;
          parts.push({ type: "text", style: { text: mark.label, x: x, y: box.y - 14, fill: text, fontSize: 11, fontFamily: how.font } });
        }
        return { type: "group", children: parts };
      };
    }

    // The option as ECharts takes it.
    function ready(option, look) {
      var how = { property: look.property, dark: look.dark, font: look.font, option: option };
      var drawn = resolve(option, "", how);
      delete drawn.tell;
      delete drawn.least;
      drawn.textStyle.fontFamily = drawn.tooltip.textStyle.fontFamily = look.font;
      drawn.series.forEach(function (series) { if (series.renderItem) series.renderItem = marks(series.data, how); });
      return drawn;
    }
    // Draws item.option on item.chart.
    function paint(item, look) {
      var option = ready(item.option, look);
      item.still = look.still;
      item.plain = !!option.legend && (look.still || legendLines(item) <= 3); // else its names are paged through
      if (item.plain) option.legend.type = "plain";
      item.chart.setOption(option, true);
      fit(item);
    }
    // On a narrow screen the legend takes as many lines as it needs, and names beside bars and nodes give way.
    function fit(item) {
      var option = item.option, width = item.chart.getWidth();
      if (item.plain) item.chart.setOption({ grid: { top: option.grid.top + 22 * (legendLines(item) - 1) } });
      if (!option.yAxis) { // a flow
        var room = Math.min(option.series[0].label.width, Math.round(width * 0.3));
        item.chart.setOption({ series: [{ right: room + 12, label: { width: room } }] });
        return;
      }
      if (item.still && option.least > width) { // it can't be scrolled: the numbers in its cells are smaller
        var size = Math.max(7, Math.floor(22 * width / option.least) / 2);
        item.chart.setOption({ series: option.series.map(function () { return { label: { fontSize: size } }; }) });
      }
      var names = option.yAxis[0].axisLabel;
      if (!names.width) return;
      var wide = Math.min(names.width, Math.round(width * (names.share || 0.3)));
      item.chart.setOption({ grid: { left: wide + 12 }, yAxis: [{ axisLabel: { width: wide } }] });
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

    return { paint: paint, fit: fit, resolve: resolve, told: told, written: written, isTold: isTold, isMissing: isMissing, last: last, has: function (format) { return !!say[format]; } };
  }

  global.fillrate = global.fillrate || {};
  global.fillrate.option = option;
})(globalThis);
