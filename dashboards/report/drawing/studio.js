// Draws an option without a page. studio is what a browser has and this engine has not: the widths of texts. Nothing runs
// later than the drawing itself, so what waits for a timer, which is ECharts' animation, never comes.
(function (studio) {
  "use strict";
  globalThis.setTimeout = function () { return 0; };
  globalThis.clearTimeout = function () {};
  globalThis.Intl = { NumberFormat: studio.NumberFormat };
  return function (source, words, width, height) {
    var look = { property: studio.property, font: studio.font, dark: false, still: true };
    echarts.setPlatformAPI({ measureText: function (text, font) { return { width: studio.width(text, font) }; } });
    var chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: width, height: height });
    try {
      fillrate.option(words).paint({ chart: chart, option: JSON.parse(source) }, look);
      return chart.renderToSVGString();
    } finally {
      chart.dispose();
    }
  };
})
